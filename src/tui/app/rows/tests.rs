//! Verbs on many rows, as a table; what they ask, copy and open.

use super::super::Mode;
use super::super::tests::{app, fold, press};
use super::*;
use crate::engine::event::Event;
use crate::tui::app::scenes::{empty, finished, queued};

#[test]
fn verbs_work_on_all_marked_rows_that_they_make_sense_for() {
    // Rows 0 to 9: queued connecting downloading verifying waiting paused finished failed cancelled queued.
    for (marked, action, expected) in [
        (&[0, 2, 5, 6][..], Action::Pause, &["pause 0", "pause 2"][..]),
        (&[5, 6, 7], Action::Pause, &["resume 5"]),
        (&[6, 7], Action::Pause, &[]),
        (&[4, 5, 6, 7, 8, 9], Action::Retry, &["retry 4", "resume 5", "retry 7", "retry 8"]),
        (&[2, 5, 6, 7], Action::Cancel, &["cancel 2", "cancel 5"]),
        (&[0, 2, 4], Action::Force, &["force 0", "force 4"]),
        (&[0, 5, 6, 7], Action::Remove, &["cancel 0"]),
        (&[], Action::PauseAll, &["pause 0", "pause 1", "pause 2", "pause 3", "pause 4", "pause 9"]),
        (&[6, 7], Action::Copy(Copied::Name), &["copy 6.jpg\n7.jpg"]),
        (&[6, 7], Action::Copy(Copied::Path), &["copy photos/6.jpg"]),
        (&[6, 7], Action::Copy(Copied::Error), &["copy status 404"]),
        (&[6], Action::Copy(Copied::Error), &[]),
        (&[0], Action::Copy(Copied::Url), &["copy https://images.example/0.jpg?w=1600"]),
    ] {
        let mut app = app();
        for id in marked {
            app.select(JobId(*id));
            press(&mut app, Action::Mark);
        }
        let effects = press(&mut app, action.clone());
        assert_eq!(effects, expected, "{action:?} on {marked:?}");
        let told = marked.len() == 1 || app.notice().is_some();
        assert!(told, "{action:?} on {marked:?} says how many");
    }
}

#[test]
fn everything_goes_on_where_everything_rests() {
    let mut app = empty(std::time::Instant::now());
    assert!(press(&mut app, Action::PauseAll).is_empty());
    let rests = |id| Event::Paused { id: JobId(id), reason: "by the user".to_owned() };
    fold(&mut app, &[queued(1, "a"), queued(2, "b"), rests(1), rests(2)]);
    assert_eq!(press(&mut app, Action::PauseAll), ["resume 1", "resume 2"]);
}

#[test]
fn questions_say_what_is_lost_and_only_yes_loses_it() {
    // Marked rows, the verb, the question, what yes asks for.
    for (marked, action, question, yes) in [
        (&[2][..], Action::Remove, "2.jpg is running. Take it off the list?", &["cancel 2"][..]),
        (&[0, 2, 3, 6], Action::Remove, "2 are running. Take 4 off the list?", &["cancel 0", "cancel 2", "cancel 3"]),
        (
            &[3, 6, 7],
            Action::RemoveFile,
            "Take 3 off the list and delete 1 file, 100 B, and 100 B of parts? This cannot be undone.",
            &["remove 3", "remove 6", "remove 7", "delete photos/6.jpg"],
        ),
        (&[0], Action::RemoveFile, "Take 0.jpg off the list? This cannot be undone.", &["remove 0"]),
        (
            &[6],
            Action::Retry,
            "Fetch 6.jpg again? What is there stays, and another file gets another name.",
            &["remove 6", "add 1"],
        ),
    ] {
        for answer in [Action::No, Action::Back, Action::Yes] {
            let mut app = app();
            for id in marked {
                app.select(JobId(*id));
                press(&mut app, Action::Mark);
            }
            assert!(press(&mut app, action.clone()).is_empty());
            let asked = app.question().map(|[.., long]| long).unwrap_or_default();
            assert_eq!(asked, question, "{action:?}");
            let effects = press(&mut app, answer.clone());
            assert!(matches!(app.mode(), Mode::List));
            let left = app.jobs().rows().len();
            if answer == Action::Yes {
                assert_eq!((effects, left), (yes.iter().map(ToString::to_string).collect(), 10 - marked.len()));
            } else {
                assert_eq!((effects, left), (vec![], 10));
            }
        }
    }
}

#[test]
fn the_numbers_of_a_question_stay_true_while_it_waits() {
    let mut app = app();
    press(&mut app, Action::MarkAll);
    press(&mut app, Action::Remove);
    assert!(app.question().is_some_and(|[.., long]| long == "3 are running. Take 10 off the list?"));
    fold(&mut app, &[finished(2, "2.jpg", 5, 5), Event::Removed { id: JobId(9) }]);
    assert!(app.question().is_some_and(|[.., long]| long == "2 are running. Take 9 off the list?"));
}

#[test]
fn what_is_copied_ends_where_a_terminal_ends_and_says_so() {
    let mut app = empty(std::time::Instant::now());
    let name = "n".repeat(970);
    fold(&mut app, &(0..100).map(|id| queued(id, &format!("{name}{id:03}"))).collect::<Vec<_>>());
    press(&mut app, Action::MarkAll);
    let copied = press(&mut app, Action::Copy(Copied::Url)).concat();
    assert!(copied.len() < CLIPBOARD + 10 && copied.lines().count() == 73, "{}", copied.lines().count());
    assert!(app.notice().is_some_and(|notice| notice.line().starts_with("the first 73 of 100 addresses copied")));
}

#[test]
fn the_file_and_its_folder_are_opened_of_one_row() {
    let mut app = app();
    press(&mut app, Action::MarkAll);
    for (id, action, expected) in [
        (6, Action::OpenFile, &["open photos/6.jpg"][..]),
        (6, Action::OpenFolder, &["open photos"]),
        (0, Action::OpenFile, &[]),
        (0, Action::OpenFolder, &["open photos"]),
    ] {
        app.select(JobId(id));
        assert_eq!(press(&mut app, action), expected);
    }
}
