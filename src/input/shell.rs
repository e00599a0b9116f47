//! A command line taken apart as bash does it, in so far as nothing has to be run for that. Pure.

/// The words of one command; `;`, `&` and ends of lines may follow it.
///
/// # Errors
/// Says what is wrong with its quotes, or that it is more than one command.
pub(super) fn words(command: &str) -> Result<Vec<String>, &'static str> {
    shlex::split(&plain_quotes(command)?).ok_or(NO_END)
}

const NO_END: &str = "a quote has no end";
const MORE: &str = "something follows a `;`, `&`, `|`, `<`, `>` or an end of line that is not quoted: give one command \
    to each --from-curl";

/// The same command without `$'…'`, which only some shells know: the text between is quoted as all shells do it. Lines
/// that go on are one.
fn plain_quotes(command: &str) -> Result<String, &'static str> {
    let mut plain = String::with_capacity(command.len());
    let (mut rest, mut quote) = (command, None);
    while let Some(c) = rest.chars().next() {
        if quote.is_none() && rest.starts_with("$'") {
            let (text, left) = ansi_c(&rest[2..])?;
            let quoted = shlex::try_quote(&text).map_err(|_| "a quoted text holds a NUL")?;
            plain.push_str(&quoted);
            rest = left;
            continue;
        }
        // The line goes on as if nothing were there.
        if quote != Some('\'') && rest.starts_with("\\\n") {
            rest = &rest[2..];
            continue;
        }
        // What stands behind these is another command, and what was said in this one is not for it.
        match c {
            ';' | '&' | '\n' if quote.is_none() => {
                let is_end = |c: char| c.is_whitespace() || matches!(c, ';' | '&');
                return if rest.chars().all(is_end) { Ok(plain) } else { Err(MORE) };
            }
            '|' | '<' | '>' if quote.is_none() => return Err(MORE),
            _ => {}
        }
        plain.push(c);
        rest = &rest[c.len_utf8()..];
        match c {
            '\\' if quote != Some('\'') => {
                let next = rest.chars().next().map_or(0, char::len_utf8);
                plain.push_str(&rest[..next]);
                rest = &rest[next..];
            }
            '\'' | '"' if quote == Some(c) => quote = None,
            '\'' | '"' if quote.is_none() => quote = Some(c),
            _ => {}
        }
    }
    Ok(plain)
}

/// What stands after `$'`, and what follows its end.
fn ansi_c(text: &str) -> Result<(String, &str), &'static str> {
    // As UTF-16, since browsers write characters beyond the first 65,536 in two halves.
    let mut units: Vec<u16> = Vec::new();
    let mut rest = text;
    loop {
        let Some(c) = rest.chars().next() else { return Err(NO_END) };
        rest = &rest[c.len_utf8()..];
        let c = match c {
            '\'' => return Ok((String::from_utf16_lossy(&units), rest)),
            '\\' => {
                let Some(escape) = rest.chars().next() else { continue };
                rest = &rest[escape.len_utf8()..];
                let digits = match escape {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let length = rest.bytes().take(digits).take_while(u8::is_ascii_hexdigit).count();
                if length > 0 {
                    let code = u32::from_str_radix(&rest[..length], 16).unwrap_or(0xfffd);
                    rest = &rest[length..];
                    if let Ok(unit) = u16::try_from(code) {
                        units.push(unit);
                        continue;
                    }
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                } else {
                    match escape {
                        'n' => '\n',
                        't' => '\t',
                        'r' => '\r',
                        'a' => '\x07',
                        'b' => '\x08',
                        'e' | 'E' => '\x1b',
                        'f' => '\x0c',
                        'v' => '\x0b',
                        same => same,
                    }
                }
            }
            c => c,
        };
        units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_bash() {
        for (command, expected) in [
            ("a  b\tc", &["a", "b", "c"][..]),
            ("a b ;\n& \n", &["a", "b"]),
            ("'a;b' \"c|d\" e\\&f $'<>'", &["a;b", "c|d", "e&f", "<>"]),
            ("a \\\n  b'\\\n'\"\\\n\"\\\nc", &["a", "b\\\nc"]),
            (r#"'a "b' "c \"'$'d" e\ f"#, &["a \"b", "c \"'$'d", "e f"]),
            (r"$'a\tb\x41\u00e9\U0001f600\'\\'c$'d'", &["a\tbAé😀'\\cd"]),
            (r"$'\ud83d\ude00' $'\q' $ $'' \$'x'", &["😀", "q", "$", "", "$x"]),
        ] {
            assert_eq!(words(command), Ok(expected.iter().map(|word| (*word).to_owned()).collect()), "{command}");
        }
        for command in ["'a", "\"a", "$'a", "$'a\\", "a\\"] {
            assert_eq!(words(command), Err(NO_END), "{command}");
        }
        for command in ["a;b", "a 'b'&c", "a && b", "a\nb", "a || b", "a |", "a >b", "a <b", "a 'x'\\\n;b"] {
            assert_eq!(words(command), Err(MORE), "{command}");
        }
    }
}
