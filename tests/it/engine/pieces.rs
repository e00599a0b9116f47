//! What somebody who watches is told of a file that comes over several connections.

use haul::engine::event::{Command, Event, MOST_PIECES, Piece};
use haul::engine::options::Options;
use haul::engine::request::JobId;

use super::run::{Run, options};
use crate::support::bytes::payload;
use crate::support::origin::{Answer, Gate, Origin, Request, Script};

const MIB: usize = 1024 * 1024;

const TAG: &str = "\"a\"";

/// This range of a file, or all of it, of which the gate holds back all but the first bytes.
fn held(request: &Request, bytes: &[u8], at: usize, gate: &Gate) -> Answer {
    let range = request.header("Range").and_then(|range| range.strip_prefix("bytes=")?.split_once('-'));
    let bound = |text: &str| text.parse::<usize>().expect("both ends are named");
    let (answer, body) = range.map_or((Answer::status(200), bytes), |(first, last)| {
        let place = format!("bytes {first}-{last}/{}", bytes.len());
        let answer = Answer::status(206).header("Content-Range", place);
        (answer, &bytes[bound(first)..=bound(last)])
    });
    let (before, after) = body.split_at(at.min(body.len()));
    answer.header("ETag", TAG).body(before).wait(gate).body(after)
}

/// True where the pieces are told of the job while two connections have brought some of it.
fn shows_both(event: &Event) -> bool {
    let brought = |piece: &&Piece| piece.active && piece.done > 0;
    matches!(event, Event::Pieces { pieces, .. } if pieces.iter().filter(brought).count() == 2)
}

#[test]
fn the_pieces_of_the_watched_file_are_all_of_it_and_no_other_is_told() {
    let (origin, gate) = (Origin::start(), Gate::new());
    let mut run = Run::with(Options { connections: Some(2), ..options() });
    let bytes = payload(1, 4 * MIB);
    let mut start = |path: &str| {
        let (whole, held_at) = (bytes.clone(), gate.clone());
        origin.script(path, Script::new().answer(move |request| held(request, &whole, MIB, &held_at)));
        run.add(&origin.url(path))
    };
    let ids = [start("/a"), start("/b")];
    gate.wait_for(4);
    let is_of = |id: JobId| move |event: &&Event| matches!(event, Event::Pieces { .. }) && event.job() == Some(id);
    let told = |run: &Run, id| run.seen().iter().filter(is_of(id)).count();
    assert_eq!(ids.map(|id| told(&run, id)), [0, 0], "nobody watches");
    for id in ids {
        run.send(Command::Watch(Some(id)));
        run.wait_until(id, "the pieces", shows_both);
    }
    let before = told(&run, ids[0]);
    run.wait(ids[1], "pieces");
    run.send(Command::Watch(None));
    run.obeyed(&origin.url("/a"));
    let after = ids.map(|id| told(&run, id));
    gate.open();
    for (id, name) in ids.into_iter().zip(["a", "b"]) {
        run.check(id, name, &bytes);
    }
    assert_eq!(after, [before, told(&run, ids[1])], "nobody watches them any more");
    for event in run.seen() {
        let Event::Pieces { pieces, .. } = event else { continue };
        let ends: Vec<_> = pieces.iter().map(|piece| piece.to).collect();
        let starts: Vec<_> = pieces.iter().map(|piece| piece.from).chain([bytes.len() as u64]).collect();
        assert_eq!((starts[0], &starts[1..]), (0, ends.as_slice()), "{pieces:?}");
        assert!(pieces.iter().all(|piece| piece.from < piece.to && piece.done <= piece.to - piece.from), "{pieces:?}");
        assert!(pieces.len() <= MOST_PIECES);
    }
}
