//! Rust source as tokens, without comments, strings and tests. Only what is needed to find paths; it must not know
//! what paths mean.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Word(String),
    /// `::`
    Path,
    Mark(char),
}

impl Token {
    pub(super) fn is(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }

    pub(super) fn word(&self) -> Option<&str> {
        if let Self::Word(word) = self { Some(word) } else { None }
    }

    pub(super) fn is_word(&self, wanted: &str) -> bool {
        self.word() == Some(wanted)
    }
}

/// Tokens with their line, from 1.
pub(super) type Tokens = Vec<(Token, usize)>;

pub(super) fn tokens(source: &str) -> Tokens {
    let mut lexer = Lexer { chars: source.chars().collect(), at: 0, line: 1, found: Vec::new() };
    lexer.run();
    lexer.found
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    found: Tokens,
}

impl Lexer {
    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('/')) => self.skip_while(|c| c != '\n'),
                ('/', Some('*')) => self.skip_block_comment(),
                ('"', _) => self.skip_string(),
                ('\'', _) => self.skip_quote(),
                (':', Some(':')) => {
                    self.found.push((Token::Path, self.line));
                    self.advance(2);
                }
                _ if c.is_alphanumeric() || c == '_' => self.word(),
                _ => {
                    if !c.is_whitespace() {
                        self.found.push((Token::Mark(c), self.line));
                    }
                    self.advance(1);
                }
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn advance(&mut self, count: usize) {
        for _ in 0..count {
            self.line += usize::from(self.peek(0) == Some('\n'));
            self.at += 1;
        }
    }

    fn skip_while(&mut self, goes_on: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&goes_on) {
            self.advance(1);
        }
    }

    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.advance(2);
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.advance(2);
                    if depth == 0 {
                        return;
                    }
                }
                (None, _) => return,
                _ => self.advance(1),
            }
        }
    }

    fn skip_string(&mut self) {
        self.advance(1);
        while let Some(c) = self.peek(0) {
            self.advance(if c == '\\' { 2 } else { 1 });
            if c == '"' {
                return;
            }
        }
    }

    /// A character or a lifetime.
    fn skip_quote(&mut self) {
        if self.peek(1) == Some('\\') {
            self.advance(3);
            self.skip_while(|c| c != '\'');
            self.advance(1);
        } else if self.peek(2) == Some('\'') {
            self.advance(3);
        } else {
            self.advance(1);
            self.skip_while(|c| c.is_alphanumeric() || c == '_');
        }
    }

    fn word(&mut self) {
        let (start, line) = (self.at, self.line);
        self.skip_while(|c| c.is_alphanumeric() || c == '_');
        let word: String = self.chars[start..self.at].iter().collect();
        if matches!(word.as_str(), "r" | "br" | "cr") {
            let hashes = self.chars[self.at..].iter().take_while(|c| **c == '#').count();
            if self.peek(hashes) == Some('"') {
                return self.skip_raw_string(hashes);
            }
            if hashes == 1 {
                // `r#type` is the word `type`.
                return self.advance(1);
            }
        }
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            self.found.push((Token::Word(word), line));
        }
    }

    fn skip_raw_string(&mut self, hashes: usize) {
        self.advance(hashes + 1);
        while let Some(c) = self.peek(0) {
            let closes = c == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == Some('#'));
            self.advance(if closes { hashes + 1 } else { 1 });
            if closes {
                return;
            }
        }
    }
}

/// What is left without tests.
#[derive(Default)]
pub(super) struct Production {
    pub(super) tokens: Tokens,
    /// How many lines the tests have.
    pub(super) test_lines: usize,
    /// Child modules that are tests: `#[cfg(test)] mod tests;`.
    pub(super) test_modules: Vec<String>,
}

/// Takes every item under `#[cfg(test)]` or `#[test]` out.
pub(super) fn without_tests(all: &Tokens) -> Production {
    let mut left = Production::default();
    let mut at = 0;
    while at < all.len() {
        let Some((end, is_test)) = attribute(all, at) else {
            left.tokens.push(all[at].clone());
            at += 1;
            continue;
        };
        if !is_test {
            left.tokens.extend_from_slice(&all[at..end]);
            at = end;
            continue;
        }
        let inner = all[at + 1].0.is('!');
        let after = if inner { all.len() } else { item_end(all, end) };
        if let [(Token::Word(keyword), _), (Token::Word(name), _), (Token::Mark(';'), _)] = &all[end..after]
            && keyword == "mod"
        {
            left.test_modules.push(name.clone());
        }
        left.test_lines += all[after - 1].1 - all[at].1 + 1;
        at = after;
    }
    left
}

/// Where the attribute that starts here ends, and whether it makes its item a test.
fn attribute(all: &Tokens, at: usize) -> Option<(usize, bool)> {
    if !all[at].0.is('#') {
        return None;
    }
    let open = at + 1 + usize::from(all.get(at + 1)?.0.is('!'));
    if !all.get(open)?.0.is('[') {
        return None;
    }
    let end = group_end(all, open);
    let words: Vec<_> = all[open..end].iter().filter_map(|(token, _)| token.word()).collect();
    let is_test = match words.as_slice() {
        ["test"] => true,
        ["cfg", rest @ ..] => rest.contains(&"test") && !rest.contains(&"not") && !rest.contains(&"any"),
        _ => false,
    };
    Some((end, is_test))
}

/// Where the bracket that opens here is closed; just after it.
fn group_end(all: &Tokens, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, (token, _)) in all.iter().enumerate().skip(open) {
        match token {
            Token::Mark('(' | '[' | '{') => depth += 1,
            Token::Mark(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    all.len()
}

/// Where the item that starts here ends: after its `;`, its block, or, for a field, its comma.
fn item_end(all: &Tokens, start: usize) -> usize {
    let mut at = start;
    while let Some((end, _)) = all.get(at).and_then(|_| attribute(all, at)) {
        at = end;
    }
    let is_field = all.get(at + 1).is_some_and(|(token, _)| token.is(':'));
    while let Some((token, _)) = all.get(at) {
        match token {
            Token::Mark('}') => return at,
            Token::Mark(';') => return at + 1,
            Token::Mark(',') if is_field => return at + 1,
            Token::Mark('{') => return group_end(all, at),
            Token::Mark('(' | '[') => at = group_end(all, at),
            _ => at += 1,
        }
    }
    all.len()
}
