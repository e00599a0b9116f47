//! Whether a program has given the terminal back, judged by what it wrote.

use super::link::Seen;

/// Modes that the program may switch on, and must have switched off when it ends.
const MODES: [(&str, bool); 8] = [
    ("?1049", false),
    ("?25", true),
    ("?2004", false),
    ("?1000", false),
    ("?1002", false),
    ("?1003", false),
    ("?1004", false),
    ("?1006", false),
];

/// What is not as it was; empty if all is well.
pub(super) fn wrong(seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    for (mode, normal) in MODES {
        let last = |on: char| rposition(&seen.log, format!("\x1b[{mode}{on}").as_bytes());
        let (on, off) = (last('h'), last('l'));
        let given_back = if normal { on >= off } else { off >= on };
        // Only these three prove that there was anything to give back.
        let required = ["?1049", "?25", "?2004"].contains(&mode);
        if !given_back || required && (if normal { on } else { off }).is_none() {
            wrong.push(format!("{mode}: last switched on at {on:?}, off at {off:?}"));
        }
    }
    // The old title is kept once for each time that it comes back, and the taskbar is left alone at the end.
    let count = |part: &str| seen.log.windows(part.len()).filter(|window| *window == part.as_bytes()).count();
    let (kept, back) = (count("\x1b[22;2t"), count("\x1b[23;2t"));
    if kept != back {
        wrong.push(format!("the title was kept {kept} times and came back {back} times"));
    }
    let (shown, removed) = (rposition(&seen.log, b"\x1b]9;4;"), rposition(&seen.log, b"\x1b]9;4;0;"));
    if shown != removed {
        wrong.push(format!("the taskbar shows what it was told at {shown:?}"));
    }
    let screen = seen.parser.screen();
    for (is, what) in [
        (screen.alternate_screen(), "the alternate screen is shown"),
        (screen.hide_cursor(), "the cursor is hidden"),
        (screen.bracketed_paste(), "bracketed paste is on"),
        (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "the mouse is reported"),
    ] {
        wrong.extend(is.then(|| what.to_owned()));
    }
    wrong
}

fn rposition(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).rposition(|window| window == part)
}
