//! Hosts, windows and turns as jobs feel them.

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).expect("a valid address")
}

fn granted(hosts: &mut Hosts) -> Vec<u64> {
    let now = Instant::now();
    std::iter::from_fn(|| hosts.next(now, |_| true)).map(|id| id.0).collect()
}

#[test]
fn windows_and_turns() {
    let (a, b) = (url("http://a/x"), url("http://b/x"));
    let mut hosts = Hosts::new(64, Some(2), Vec::new());
    for id in 1..=4 {
        hosts.enqueue(&a, JobId(id), false);
    }
    for id in 5..=6 {
        hosts.enqueue(&b, JobId(id), false);
    }
    assert_eq!(granted(&mut hosts), [1, 5, 2, 6]);
    assert_eq!(hosts.waiting(), 2);
    hosts.release(&a);
    hosts.enqueue(&a, JobId(9), true);
    assert_eq!(granted(&mut hosts), [9]);
    hosts.remove(&a, JobId(3));
    hosts.release(&a);
    hosts.release(&a);
    assert_eq!(granted(&mut hosts), [4]);
    assert_eq!((hosts.waiting(), hosts.turns.len()), (0, 0));
}

#[test]
fn a_job_that_may_not_start_keeps_its_place_and_holds_nobody_up() {
    let (a, b) = (url("http://a/x"), url("http://b/x"));
    let mut hosts = Hosts::new(64, Some(16), Vec::new());
    for (id, host) in [(1, &a), (2, &a), (3, &b), (4, &a)] {
        hosts.enqueue(host, JobId(id), false);
    }
    let now = Instant::now();
    let even = std::iter::from_fn(|| hosts.next(now, |id| id.0 % 2 == 0)).map(|id| id.0).collect::<Vec<_>>();
    assert_eq!((even, hosts.waiting()), (vec![2, 4], 2));
    let nobody = hosts.next(now, |id| unreachable!("{id:?} is asked for again though nothing has changed"));
    assert_eq!(nobody, None);
    hosts.enqueue(&a, JobId(5), false);
    hosts.remove(&a, JobId(5));
    hosts.reopen();
    hosts.enqueue(&a, JobId(6), false);
    assert_eq!(granted(&mut hosts), [3, 1, 6]);
    assert_eq!((hosts.waiting(), hosts.turns.len()), (0, 0));
}

#[test]
fn an_event_costs_the_same_however_many_hosts_wait() {
    let urls: Vec<Url> = (0..1000).map(|n| url(&format!("http://h{n}/"))).collect();
    let mut hosts = Hosts::new(4, Some(1), Vec::new());
    for (url, id) in urls.iter().zip(0..) {
        hosts.enqueue(url, JobId(2 * id), false);
        hosts.enqueue(url, JobId(2 * id + 1), false);
    }
    let now = Instant::now();
    let wait = TransferError::status(503, Some(Duration::from_secs(30)));
    hosts.next(now, |_| true);
    urls[1..500].iter().for_each(|url| assert!(hosts.failed(url, &wait, now)));
    // The paused and the full are out of the way, and silent ones leave the last slot.
    assert_eq!(granted(&mut hosts), [1000, 1002]);
    let before = hosts.turns.changes;
    for (url, next) in urls[500..502].iter().zip([&[1004, 1001][..], &[1003]]) {
        hosts.answered(url, Duration::ZERO);
        assert_eq!(granted(&mut hosts), Vec::<u64>::new());
        hosts.release(url);
        assert_eq!(granted(&mut hosts), next);
    }
    assert!(hosts.turns.changes - before < 20, "{}", hosts.turns.changes - before);
}

#[test]
fn the_first_connection_to_an_https_host_goes_alone() {
    let a = url("https://a/x");
    let mut hosts = Hosts::new(64, Some(16), Vec::new());
    for id in 1..=4 {
        hosts.enqueue(&a, JobId(id), false);
    }
    assert_eq!(granted(&mut hosts), [1]);
    hosts.answered(&a, Duration::ZERO);
    assert_eq!(granted(&mut hosts), [2, 3, 4]);
}

#[test]
fn silent_hosts_leave_the_last_slot() {
    let mut hosts = Hosts::new(2, Some(16), Vec::new());
    let (dead, good) = (url("http://dead/"), url("http://good/"));
    for id in 1..=3 {
        hosts.enqueue(&dead, JobId(id), false);
    }
    assert_eq!(granted(&mut hosts), [1]);
    hosts.release(&dead);
    hosts.enqueue(&good, JobId(7), false);
    hosts.remove(&dead, JobId(2));
    hosts.remove(&dead, JobId(3));
    assert_eq!(granted(&mut hosts), [7]);
    hosts.answered(&good, Duration::ZERO);
    hosts.enqueue(&good, JobId(8), false);
    hosts.enqueue(&dead, JobId(4), false);
    assert_eq!(granted(&mut hosts), [8]);
    let mut single = Hosts::new(1, Some(16), Vec::new());
    single.enqueue(&dead, JobId(1), false);
    assert_eq!(granted(&mut single), [1]);
}

#[test]
fn trouble_halves_the_window_once_an_epoch() {
    let a = url("http://a/");
    let (limited, busy) = (TransferError::status(429, None), TransferError::status(503, None));
    let reset = TransferError::new(ErrorClass::Connect, "reset");
    let gone = TransferError::status(404, None);
    let start = Instant::now();
    let mut hosts = Hosts::new(64, Some(16), Vec::new());
    hosts.enqueue(&a, JobId(1), false);
    for (millis, error, window) in [
        (0, &gone, 16),
        (0, &busy, 16),
        (10, &reset, 8),
        (20, &limited, 8),
        (300, &busy, 8),
        (600, &reset, 8),
        (900, &limited, 4),
        (1200, &limited, 2),
        (1500, &limited, 1),
        (1800, &limited, 1),
    ] {
        let now = start + Duration::from_millis(millis);
        hosts.failed(&a, error, now);
        assert_eq!(hosts.state(&a, now), (window, None), "{millis}");
    }
}

#[test]
fn a_retry_after_pauses_the_whole_host_and_no_other() {
    let (a, b) = (url("http://a/"), url("http://b/"));
    let start = Instant::now();
    let mut hosts = Hosts::new(64, Some(16), Vec::new());
    for (id, host) in [(1, &a), (2, &a), (3, &b)] {
        hosts.enqueue(host, JobId(id), false);
    }
    let wait = |seconds| TransferError::status(503, Some(Duration::from_secs(seconds)));
    assert!(hosts.failed(&a, &wait(30), start));
    assert!(!hosts.failed(&b, &wait(0), start));
    let gone = TransferError { retry_after: Some(Duration::from_secs(99)), ..TransferError::status(404, None) };
    assert!(!hosts.failed(&b, &gone, start));
    let until = start + Duration::from_secs(30);
    assert_eq!((hosts.state(&a, start).1, hosts.next_opening(start)), (Some(until), Some(until)));
    let all = |_| true;
    assert_eq!(hosts.next(start, all), Some(JobId(3)));
    assert_eq!((hosts.next(start, all), hosts.next(until, all)), (None, Some(JobId(1))));
    assert_eq!(hosts.next_opening(until), None);
    assert!(hosts.lift(&a) && !hosts.lift(&a));
    assert_eq!(hosts.next(start, all), Some(JobId(2)));
}

#[test]
fn what_is_lent_counts_in_the_window_and_takes_no_slot() {
    let (a, other) = (url("http://a/"), url("http://b/"));
    let (mut hosts, now) = (Hosts::new(2, Some(4), Vec::new()), Instant::now());
    assert_eq!(hosts.lend(&a, 1, now), 0, "a host without a job");
    for id in 1..=3 {
        hosts.enqueue(&a, JobId(id), false);
    }
    hosts.answered(&a, Duration::ZERO);
    assert_eq!(granted(&mut hosts), [1, 2]);
    assert_eq!(hosts.lend(&a, 1, now), 0, "a job of the host waits");
    hosts.remove(&a, JobId(3));
    assert_eq!((hosts.lend(&a, 1, now), hosts.lend(&a, 9, now), hosts.lend(&a, 1, now)), (1, 1, 0));
    hosts.release(&a);
    hosts.enqueue(&a, JobId(4), false);
    hosts.enqueue(&a, JobId(5), false);
    hosts.enqueue(&other, JobId(6), false);
    hosts.answered(&other, Duration::ZERO);
    assert_eq!(granted(&mut hosts), [4], "the window is full, and so are the slots");
    hosts.release(&a);
    assert_eq!(granted(&mut hosts), [6]);
    hosts.give_back(&a, 2);
    hosts.remove(&a, JobId(5));
    hosts.failed(&a, &TransferError::status(503, Some(Duration::from_secs(1))), now);
    assert_eq!(hosts.lend(&a, 1, now), 0, "the host is paused");
    assert_eq!(hosts.lend(&a, 9, now + Duration::from_secs(1)), 3);
}

#[test]
fn no_more_is_lent_than_there_are_buffers_for() {
    let urls = ["http://a/", "http://b/", "http://c/"].map(url);
    let (mut hosts, now) = (Hosts::new(8, Some(40), Vec::new()), Instant::now());
    for (url, id) in urls.iter().zip(1..) {
        hosts.enqueue(url, JobId(id), false);
        hosts.answered(url, Duration::ZERO);
    }
    assert_eq!(granted(&mut hosts), [1, 2, 3]);
    assert_eq!(urls.each_ref().map(|url| hosts.lend(url, 50, now)), [39, 25, 0]);
    hosts.give_back(&urls[0], 3);
    assert_eq!(hosts.lend(&urls[2], 50, now), 3);
}

#[test]
fn what_is_lent_is_wanted_back_while_it_keeps_a_job_from_starting() {
    let a = url("http://a/");
    let (mut hosts, now) = (Hosts::new(8, Some(4), Vec::new()), Instant::now());
    hosts.enqueue(&a, JobId(1), false);
    hosts.answered(&a, Duration::ZERO);
    assert_eq!(granted(&mut hosts), [1]);
    let flow = hosts.flow(&a);
    assert_eq!(hosts.lend(&a, 2, now), 2);
    let step = |hosts: &mut Hosts, id, starts: &[u64]| {
        hosts.enqueue(&a, JobId(id), false);
        assert_eq!(granted(hosts), starts);
        flow.is_wanted_back()
    };
    assert!(!step(&mut hosts, 2, &[2]), "there is room for one");
    assert!(step(&mut hosts, 3, &[]));
    hosts.give_back(&a, 1);
    assert!(step(&mut hosts, 4, &[3]), "and one waits");
    hosts.give_back(&a, 1);
    assert!(!step(&mut hosts, 5, &[4]), "nothing is lent any more");
}

#[test]
fn where_many_hosts_are_known_idle_ones_are_forgotten() {
    let (mut hosts, start) = (Hosts::new(8, None, Vec::new()), Instant::now());
    let wait = TransferError::status(503, Some(Duration::from_secs(1)));
    let visit = |hosts: &mut Hosts, n: u64| {
        let url = url(&format!("http://h{n}/"));
        hosts.enqueue(&url, JobId(n), false);
        assert_eq!(hosts.next(start, |_| true), Some(JobId(n)));
        hosts.answered(&url, Duration::ZERO);
        url
    };
    for n in 0..2 * MOST_KNOWN as u64 {
        let url = visit(&mut hosts, n);
        hosts.release(&url);
    }
    let (paused, narrowed, busy) = (visit(&mut hosts, 1 << 20), visit(&mut hosts, 1 << 21), visit(&mut hosts, 1 << 22));
    hosts.failed(&paused, &wait, start);
    hosts.failed(&narrowed, &TransferError::status(429, None), start);
    for url in [&paused, &narrowed] {
        hosts.release(url);
    }
    let later = start + Duration::from_secs(1);
    let much_later = start + Duration::from_secs(60);
    let cases = [(start, [true, true, true]), (later, [false, true, true]), (much_later, [false, false, true])];
    for (now, remembered) in cases {
        assert_eq!(hosts.next(now, |_| true), None);
        assert_eq!([&paused, &narrowed, &busy].map(|url| hosts.has_answered(url)), remembered);
        assert_eq!(hosts.known.len(), hosts.numbers.len());
        assert!(hosts.known.len() <= MOST_KNOWN + 3, "{}", hosts.known.len());
    }
    assert_eq!(hosts.next_opening(much_later), None);
}

#[test]
fn a_full_window_grows_for_jobs_and_for_loans() {
    let (a, start) = (url("http://a/"), Instant::now());
    let later = start + Duration::from_millis(100);
    for (jobs, loans) in [(40, 0), (15, 20)] {
        let mut hosts = Hosts::new(64, None, Vec::new());
        (0..jobs).for_each(|id| hosts.enqueue(&a, JobId(id), false));
        let grant = |hosts: &mut Hosts, now| std::iter::from_fn(|| hosts.next(now, |_| true)).count();
        let first = grant(&mut hosts, start);
        assert_eq!(first as u64, jobs.min(16));
        (0..8).for_each(|_| hosts.answered(&a, Duration::ZERO));
        hosts.flow(&a).add(1_000_000);
        assert_eq!(hosts.next_opening(start), (loans == 0).then_some(later), "nobody wakes up for nothing");
        assert_eq!(hosts.take_changed(), []);
        assert_eq!(grant(&mut hosts, later) + hosts.lend(&a, loans, later), if loans == 0 { 16 } else { 17 });
        assert_eq!(hosts.take_changed(), [(a.origin(), 32)]);
    }
}
