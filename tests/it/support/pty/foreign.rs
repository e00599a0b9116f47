//! What in the log of a terminal did not come from the program itself: text from outside that a terminal acts on.

/// What the program itself sends: colours and modes by their last character, with what stands before it.
fn is_ours(sequence: &str) -> bool {
    let (parameters, last) = sequence.split_at(sequence.len() - 1);
    let modes = ["?1049", "?25", "?2004", "?2026", "?1000", "?1004", "?1006"];
    match last {
        "h" | "l" => modes.contains(&parameters),
        "t" => ["22;2", "23;2"].contains(&parameters),
        "m" | "H" | "J" | "K" => parameters.chars().all(|c| c.is_ascii_digit() || c == ';' || c == ':'),
        _ => false,
    }
}

/// What follows a title of the program's own: percents and counts, no word from outside.
fn title(text: &str) -> Option<&str> {
    let (title, after) = text.strip_prefix("]2;")?.split_once("\x1b\\")?;
    let ours = title.ends_with("haul") && title.chars().all(|c| c.is_ascii_alphanumeric() || " %/.,-".contains(c));
    ours.then_some(after)
}

/// Controls, and what hides or turns round other text.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Everything in the log that is neither text nor one of the program's own sequences.
pub(crate) fn foreign(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    let mut foreign = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\x1b' => {
                if let Some(after) = title(rest.as_str()) {
                    rest = after.chars();
                    continue;
                }
                let Some(after) = rest.as_str().strip_prefix('[') else {
                    foreign.push(rest.as_str().chars().take(20).collect());
                    continue;
                };
                let end = after.find(|c: char| ('\x40'..='\x7e').contains(&c)).unwrap_or(after.len() - 1);
                let sequence = &after[..=end];
                if !is_ours(sequence) {
                    foreign.push(sequence.to_owned());
                }
                rest = after[end + 1..].chars();
            }
            '\r' | '\n' => {}
            c if is_hidden(c) => foreign.push(c.escape_unicode().to_string()),
            _ => {}
        }
    }
    foreign
}

#[test]
fn the_check_sees_what_it_must() {
    for (log, found) in [
        ("\x1b[?1049h\x1b[1;2Hab\x1b[38;5;2m\r\n\x1b[0m", &[][..]),
        ("a\x1b]0;x\x07", &["]0;x\u{7}", "\\u{7}"]),
        ("\x1b]2;42% 4.8 MB/s - 6 active - haul\x1b\\a\x1b[22;2t", &[]),
        ("\x1b]2;a\x07\x1b[0mhaul\x1b\\", &["]2;a\u{7}\u{1b}[0mhaul\u{1b}\\", "\\u{7}", "\\"]),
        ("\x1b[2Sb\x1b[?1003h", &["2S", "?1003h"]),
        ("\u{9b}31m\u{202e}", &["\\u{9b}", "\\u{202e}"]),
    ] {
        assert_eq!(foreign(log.as_bytes()), found, "{log:?}");
    }
}
