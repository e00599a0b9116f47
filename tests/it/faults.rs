//! The faults of networks, servers and machines, as the reliability book numbers them: what the user sees, and what is
//! on the disk afterwards. The table says for each of the 152 which tests hold it (below `tests/it`, or in a file of
//! `src`), or why none does; [`book`] checks that the table is whole and its tests are there.
//!
//! | fault | held by | what is to be known |
//! |---|---|---|
//! | 1 | `headless::faults::a_cut_body_goes_on_where_it_broke` `engine::bodies::every_framing_at_every_size` |  |
//! | 2 | `faults::framing::bytes_behind_the_end_are_nobodys_and_their_connection_is_given_up` |  |
//! | 3 | `engine::bodies::every_framing_at_every_size` |  |
//! | 4 | `faults::framing::a_bad_chunk_may_be_better_the_next_time` `engine::bodies::every_framing_at_every_size` |  |
//! | 5 | `headless::content::without_a_length_only_the_image_itself_tells_its_end` |  |
//! | 6, 7 | `faults::tls::the_end_of_a_connection_counts_only_where_tls_says_so` |  |
//! | 8, 9 | `faults::framing::a_length_is_believed_or_refused_in_every_form` |  |
//! | 10, 11, 16, 22 | `faults::framing::framing_is_true_or_an_error` |  |
//! | 12 | `faults::framing::a_stray_byte_in_the_head_has_one_verdict` | where an LF ends the head early, the rest of the head begins the body; a strange image is taken, and said to be `unverified` |
//! | 13 | `faults::framing::what_is_not_http_is_an_error_with_a_name` |  |
//! | 14 | `faults::framing::answers_before_the_answer_are_passed_by_and_have_an_end` |  |
//! | 15 | `faults::framing::a_success_without_content_is_none` |  |
//! | 17 | `faults::http2::a_connection_that_is_announced_to_end_goes_on_to_its_end` `faults::http2::streams_above_the_last_one_of_an_ended_connection_cost_no_attempt` `faults::http2::a_connection_that_ends_below_a_stream_in_the_middle_does_not_end_the_file` | a stream in the middle of its body costs an attempt |
//! | 18, 19 | `faults::http2::a_stream_that_breaks_off_is_taken_up_again` `faults::http2::a_stream_that_always_breaks_off_is_never_done` |  |
//! | 20 | `faults::http2::a_server_that_lets_one_stream_at_a_time_gets_one` |  |
//! | 21 | `faults::http2::floods_and_foreign_tongues_end` `faults::http2::a_stream_that_says_nothing_is_stalled_and_harms_no_neighbour` |  |
//! | 23-34, 36-40, 44 | `engine::resume::every_answer_to_a_range_ends_in_the_bytes_of_one_version` `src/engine/resume/tests.rs::answers_to_a_range` `faults::ranges::an_empty_part_is_no_part` |  |
//! | 35 | `faults::ranges::a_part_that_is_whole_already_costs_nothing` |  |
//! | 41, 86-88 | `faults::coding::a_coding_that_was_not_asked_for_is_refused_unread` | `protocol`: nothing is ever decoded |
//! | 42 | `engine::resume::a_redirect_on_the_way_back_may_lead_elsewhere` |  |
//! | 43 | `faults::ranges::nodes_of_two_minds_end_within_bounds` |  |
//! | 45 | `faults::ranges::bytes_of_others_never_get_into_a_part` |  |
//! | 46 | `engine::bodies::every_request_is_modest` | there is no HEAD |
//! | 47, 51-55 | `engine::resume::only_strong_validators_are_asked_with` `faults::ranges::odd_tags_are_echoed_byte_for_byte_or_not_at_all` |  |
//! | 48-50 | `engine::resume::another_version_takes_the_place_of_the_first` `engine::resume::every_answer_to_a_range_ends_in_the_bytes_of_one_version` |  |
//! | 56 | `engine::resume::a_redirect_on_the_way_back_may_lead_elsewhere` | a strong tag may go on at another address, a date may not |
//! | 57, 58 | `headless::content::a_checksum_is_held_against_the_bytes` `headless::content::what_the_server_promises_is_held_against_the_bytes` |  |
//! | 59 | `state::again::however_it_ended_the_part_goes_on_and_what_is_there_is_skipped` | skipped without a request |
//! | 60 | `faults::status::every_wish_for_patience_is_met_and_holds_no_slot` `engine::limits::a_retry_after_holds_the_whole_host_back_until_the_user_wants_otherwise` |  |
//! | 61 | `faults::status::a_run_without_a_screen_waits_ten_minutes_and_no_longer` `faults::status::the_screen_counts_down_and_waits_as_long_as_it_takes` |  |
//! | 62 | `faults::status::what_may_come_back_is_asked_for_twice_more_at_doubling_distance` |  |
//! | 63, 65 | `faults::status::a_refusal_is_final_and_keeps_the_part` `headless::faults::what_is_missing_is_asked_for_once` `state::again::failed_ones_get_fresh_attempts` |  |
//! | 64 | `headless::content::other_things_under_the_name_of_an_image_are_refused` |  |
//! | 66 | `faults::hosts::_66_four_ways_of_not_being_there` |  |
//! | 67 | `faults::hosts::_67_a_head_that_drips_is_stalled` `faults::hosts::_67_a_body_that_drips_is_left_alone` `faults::hosts::_67_a_body_that_stops_goes_on_with_the_next_attempt` |  |
//! | 68 | `src/engine/retry.rs::a_date_is_read_by_the_clock_of_the_server` | waits are `Instant`s, which no clock moves |
//! | 69 | `faults::status::whoever_asks_again_gets_fresh_attempts` `state::again::failed_ones_get_fresh_attempts` |  |
//! | 70 | `faults::redirects::_70_a_redirect_needs_a_place_and_a_meaning` `faults::status::a_redirect_to_nowhere_is_a_status` |  |
//! | 71-74 | `faults::credentials::_71_72_73_74_what_is_for_one_origin_stays_there` | 74: no Referer, which the library in use sends only with redirects of its own |
//! | 75 | `src/engine/net/redirect.rs::hops_are_judged_one_by_one` |  |
//! | 76 |  | not done: a downloader is run by its user, who may type any address |
//! | 77 | `faults::redirects::_77_loops_and_long_ways_end` `faults::cookies::_77_a_page_that_wants_its_cookie_back_gets_it_from_a_jar` |  |
//! | 78 | `faults::redirects::_78_places_of_every_kind` |  |
//! | 79 | `faults::cookies::_79_no_jar_no_cookies` `faults::cookies::_79_a_jar_has_limits` `faults::cookies::_79_a_head_without_end_is_an_error` | a jar only with `--cookies` |
//! | 80 | `faults::credentials::_80_the_proxys_password_is_for_the_proxy` `faults::credentials::_80_a_tunnel_is_asked_for_without_what_goes_through_it` |  |
//! | 81 | `faults::credentials::_81_logins_are_read_when_asked_and_yield_to_everything_nearer` |  |
//! | 82 | `faults::tls::a_bad_certificate_is_told_with_its_reason_and_asked_once` |  |
//! | 83 | `faults::tls::a_handshake_that_breaks_is_told_with_its_reason` |  |
//! | 84 | `faults::http2::floods_and_foreign_tongues_end` |  |
//! | 85 | `faults::tls::a_certificate_that_breaks_between_two_attempts_keeps_the_part` |  |
//! | 89 | `faults::coding::an_image_is_told_by_its_bytes_whatever_the_type` `faults::coding::an_escape_in_a_type_is_no_http` | an ESC in a field is no HTTP: `protocol` |
//! | 90 | `src/engine/file_name/cases.rs::headers_and_addresses_of_the_public_lists` `engine::names::headers_and_addresses_make_names` |  |
//! | 91 | `engine::names::a_hundred_files_of_one_name_are_a_hundred_files` |  |
//! | 92 | `faults::names::what_holds_the_name_of_a_file_stays_as_it_is` |  |
//! | 93 | `src/engine/disk/tests.rs::a_part_is_never_made_or_continued_through_something_of_others` `faults::names::a_part_that_has_become_a_link_is_not_written_to` |  |
//! | 94 | `faults::names::a_folder_that_becomes_a_link_leads_nothing_outside` |  |
//! | 95 | `src/engine/disk/tests.rs::twins_in_case_or_composition_are_never_one_file` | no such file system can be mounted by a test: a hard link plays the twin |
//! | 96 | `src/engine/disk/tests.rs::a_name_that_is_too_long_for_the_file_system_is_cut` |  |
//! | 97 | `faults::names::a_folder_that_takes_no_files_is_named_at_once` `headless::exits::a_folder_that_cannot_be_written_is_three` | exit 3 |
//! | 98 | `disk::full::jobs_rest_on_a_full_disk_and_go_on_when_there_is_room` `disk::errors::a_moment_without_room_costs_no_file` |  |
//! | 99 | `disk::errors::an_error_of_the_disk_fails_its_job_by_name` `disk::errors::a_file_that_grows_beyond_the_limit_of_the_system_fails_alone` | a full quota is a full disk, and pauses |
//! | 100 | `disk::errors::a_failed_sync_is_not_made_good_by_another` |  |
//! | 101 | `disk::state::nothing_begins_while_the_state_cannot_be_saved` `disk::state::a_state_that_stays_full_fails_jobs_and_loses_none` |  |
//! | 102 |  | the standard library's `write_all` goes on after short and interrupted writes; there is no other way to write here |
//! | 103 | `src/engine/disk/rename.rs::each_way_to_rename_replaces_nothing` | a rename stays in its folder, so there is no EXDEV |
//! | 104 | `disk::others::a_part_that_was_touched_between_two_runs_is_not_gone_on_with` `disk::others::a_part_that_is_touched_while_it_is_written_is_fetched_again` | bytes that others rewrite at equal length are not promised; those of the last 1 KiB are seen |
//! | 105 | `disk::others::a_disk_that_is_taken_away_fails_its_jobs_alone` | a network file system that hangs cannot be made by a test: no file work is on the threads of the network or the screen |
//! | 106 | `faults::limits::files_have_the_mode_that_the_mask_leaves` `state::unwritable::the_state_is_for_nobody_else_whatever_the_mask` |  |
//! | 107 | `state::power::a_finished_file_without_a_mark_is_looked_at_and_a_wrong_one_is_fetched_again` `state::power::a_finished_file_with_a_mark_is_trusted` | no fsync before "finished" unless `--sync` |
//! | 108, 110 | `crash::sweep::whatever_call_a_process_dies_at_the_next_one_finishes` `crash::sweep::every_call_that_a_process_may_die_at` |  |
//! | 109 | `crash::kills::a_process_that_is_killed_twenty_times_fetches_everything_once` `crash::kills::a_process_that_is_killed_two_hundred_times_fetches_everything_once` |  |
//! | 111 | `crash::sweep::every_call_that_a_recovery_may_die_at` |  |
//! | 112 | `headless::exits::ctrl_c_is_130_and_loses_nothing` `headless::exits::a_polite_kill_is_143_and_loses_nothing` `tui::endings::sigterm_stops_in_order` `tui::jobs::leaving_asks_while_work_runs` | `q` with unfinished work is 1 |
//! | 113 | `tui::vanish::the_program_ends_with_its_terminal_where_no_signal_comes` `faults::terminal::a_run_without_a_screen_ends_by_the_hang_up_unless_told_not_to` |  |
//! | 114 | `crash::faults::a_call_that_fails_costs_one_file_at_most` `crash::faults::every_call_that_may_fail` `tui::endings::a_panic_gives_the_terminal_back_before_it_speaks` |  |
//! | 115 | `faults::limits::few_open_files_cost_time_and_no_file` `faults::limits::more_hosts_than_open_files_are_no_burden` | `ulimit -n`; a process that gets no memory or no threads is ended by the system |
//! | 116 | `state::power::a_part_is_cut_to_its_mark` `state::power::a_part_without_a_mark_begins_anew` |  |
//! | 117 | `src/engine/store/schema/tests.rs::an_older_database_is_copied_and_brought_up_to_date` `state::damage::what_cannot_be_used_is_refused_and_left_alone` |  |
//! | 118 | `crash::together::processes_with_one_database_share_the_work` | many processes are normal |
//! | 119 | `crash::together::a_process_takes_over_what_another_one_leaves_that_dies` `crash::kills::a_process_that_is_killed_twenty_times_fetches_everything_once` | locks of files, no numbers of processes |
//! | 120 | `crash::together::processes_with_databases_of_their_own_share_a_folder` |  |
//! | 121 | `state::unwritable::a_database_of_another_user_is_refused` `state::unwritable::a_default_state_that_cannot_be_used_costs_a_warning_and_nothing_else` `state::damage::what_cannot_be_used_is_refused_and_left_alone` | no network file system can be made by a test; a folder that others may write to is taken, the files in it are 0600 |
//! | 122 | `state::damage::a_cut_database_never_stops_a_run` `state::damage::a_database_cut_anywhere_never_stops_a_run` |  |
//! | 123 | `state::damage::a_flipped_bit_never_stops_a_run` `state::damage::a_bit_flipped_anywhere_never_stops_a_run` |  |
//! | 124 | `state::damage::whatever_is_no_database_is_put_aside_with_its_bytes` |  |
//! | 125 | `state::damage::a_record_that_leads_elsewhere_is_not_followed` `src/engine/store/record/tests.rs::any_json_is_held` |  |
//! | 126 | `state::gone::what_was_removed_is_written_anew_from_what_is_known` |  |
//! | 127 | `state::many::a_hundred_thousand_jobs_are_no_burden` |  |
//! | 128, 129 | `faults::hostile::lines_for_people_hold_nothing_that_a_terminal_acts_on` `faults::hostile::the_screen_shows_it_and_is_not_moved_by_it` `faults::hostile::messages_about_words_lists_and_folders_are_readable` |  |
//! | 130 | `faults::terminal::sizes_of_nothing_and_of_much_pass` |  |
//! | 131 | `faults::terminal::a_screen_may_start_at_any_size` | never "too small" |
//! | 132 | `faults::terminal::half_a_terminal_gets_lines` `faults::terminal::a_screen_works_in_the_language_c` `tui::looks::a_dumb_terminal_gets_plain_lines` | `--ascii` comes with the screen's own issue |
//! | 133 | `faults::terminal::half_a_terminal_gets_lines` `headless::exits::a_closed_pipe_ends_quietly` |  |
//! | 134 | `faults::terminal::downloads_go_on_while_the_terminal_hangs` |  |
//! | 135 | `faults::terminal::a_stopped_program_goes_on_where_it_was` `faults::terminal::a_suspended_program_goes_on` | the key Ctrl-Z comes with the screen's own issue |
//! | 136 | `faults::terminal::a_large_paste_is_text` `faults::terminal::a_paste_that_ends_itself_loses_nothing` |  |
//! | 137 | `faults::terminal::keys_held_down_are_all_taken` |  |
//! | 138 | `faults::load::ten_thousand_addresses_are_no_burden` |  |
//! | 139 | `faults::load::a_server_never_sees_more_requests_at_once_than_it_may` | the limits are 64, and 16 to 64 a host |
//! | 140 | `faults::load::hundreds_of_dead_hosts_do_not_keep_the_good_ones` |  |
//! | 141 | `faults::load::a_head_has_an_end` |  |
//! | 142 | `faults::load::a_body_has_an_end` |  |
//! | 143 | `faults::load::pictures_that_would_burst_are_not_unpacked` |  |
//! | 144 | `faults::load::two_thousand_small_files_are_all_there` | synced in groups, in the background |
//! | 145 | `faults::load::the_address_that_answers_is_the_one` | a slow name server cannot be made on loopback; look-ups are never more than `-j` |
//! | 146, 149 | `faults::lists::junk_is_named_twenty_times` |  |
//! | 147, 148, 151 | `faults::lists::lists_are_read_line_by_line` `faults::lists::a_large_list_streams` |  |
//! | 150 | `faults::lists::duplicates_are_one_job_and_counted` |  |
//! | 152 | `faults::lists::a_list_that_is_none_is_named` `faults::lists::an_endless_pipe_is_read_in_bounded_memory` |  |

mod book;
mod coding;
mod cookies;
mod credentials;
mod framing;
#[cfg(unix)]
mod hostile;
mod hosts;
mod http2;
#[cfg(unix)]
mod limits;
mod lists;
mod load;
#[cfg(unix)]
mod names;
mod protocols;
mod ranges;
mod redirects;
mod secrets;
mod status;
#[cfg(unix)]
mod terminal;
mod tls;
mod verdict;
