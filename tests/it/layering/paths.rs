//! The paths that a source file names, in `use` trees and in the middle of code, made absolute. It must not know
//! which of them are allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::{Token, Tokens};

/// A module, as its names from the crate's root on.
pub(super) type Module = Vec<String>;

/// Something that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A path in this crate: a module, or something in one.
    Inside(Module),
    /// The first word of any other path: a crate, or a local type.
    Outside(String),
}

/// A path as it is written.
struct Written {
    words: Vec<String>,
    line: usize,
    /// The module it is written in, inline ones included.
    module: Module,
    /// `::x` is a crate, whatever is called `x` here.
    is_crate: bool,
}

/// All that the file of `module` names. `modules` are those of the whole tree; in `main.rs` (`is_main`) they belong
/// to a crate called `haul`.
pub(super) fn named(tokens: &Tokens, module: &Module, is_main: bool, modules: &BTreeSet<Module>) -> Vec<Named> {
    let mut walker = Walker { tokens, at: 0, scopes: Vec::new(), depth: 0, module: module.clone() };
    let (imports, inline) = walker.run();
    let scope = Scope { modules, is_main };
    let mut names = BTreeMap::new();
    let mut found = Vec::new();
    for (alias, written) in imports {
        let what = scope.resolve(&written, &BTreeMap::new());
        if let What::Inside(path) = &what {
            names.insert(alias, path.clone());
        }
        found.push(Named { line: written.line, what });
    }
    found.extend(inline.iter().map(|written| Named { line: written.line, what: scope.resolve(written, &names) }));
    found
}

struct Scope<'a> {
    modules: &'a BTreeSet<Module>,
    is_main: bool,
}

impl Scope<'_> {
    fn resolve(&self, written: &Written, names: &BTreeMap<String, Module>) -> What {
        let Written { words, module, is_crate, .. } = written;
        let (first, rest) = words.split_first().expect("a path has a word");
        let supers = words.iter().take_while(|word| *word == "super").count();
        let child = [module.as_slice(), std::slice::from_ref(first)].concat();
        let joined = |base: &[String], rest: &[String]| What::Inside([base, rest].concat());
        match first.as_str() {
            _ if *is_crate => What::Outside(first.clone()),
            "haul" if self.is_main => joined(&[], rest),
            "crate" | "self" | "super" if self.is_main => What::Outside(first.clone()),
            "crate" => joined(&[], rest),
            "self" => joined(module, rest),
            "super" => joined(&module[..module.len().saturating_sub(supers)], &words[supers..]),
            name if names.contains_key(name) => joined(&names[name], rest),
            _ if !self.is_main && self.modules.contains(&child) => joined(module, words),
            _ => What::Outside(first.clone()),
        }
    }
}

struct Walker<'a> {
    tokens: &'a Tokens,
    at: usize,
    /// The depths at which inline modules were opened.
    scopes: Vec<usize>,
    depth: usize,
    module: Module,
}

impl<'a> Walker<'a> {
    /// The imports, each with the name that it brings in, and the paths in code.
    fn run(&mut self) -> (Vec<(String, Written)>, Vec<Written>) {
        let (mut imports, mut inline) = (Vec::new(), Vec::new());
        while let Some((token, line)) = self.tokens.get(self.at) {
            match (token, self.peek(1)) {
                (Token::Word(word), Some(Token::Word(name))) if word == "mod" => {
                    if self.peek(2).is_some_and(|token| token.is('{')) {
                        self.scopes.push(self.depth);
                        self.module.push(name.clone());
                    }
                    self.at += 2;
                }
                // `pub(in a::b)` says who may look in, and imports nothing.
                (Token::Word(word), Some(next)) if word == "pub" && next.is('(') => {
                    while self.peek(0).is_some_and(|token| !token.is(')')) {
                        self.at += 1;
                    }
                }
                // `impl Trait + use<'a>` imports nothing.
                (Token::Word(word), Some(next)) if word == "use" && !next.is('<') => {
                    self.at += 1;
                    let is_crate = self.skip_path();
                    self.tree(&[], is_crate, &mut imports);
                }
                (Token::Word(word), Some(Token::Word(next))) if word == "extern" && next == "crate" => {
                    self.at += 2;
                    inline.extend(self.peek(0).and_then(Token::word).map(|name| self.written(&[name], *line, true)));
                }
                (Token::Word(_), _) => self.inline(&mut inline),
                (Token::Path, Some(Token::Word(_))) if !self.follows_type() => {
                    self.at += 1;
                    let words = self.words();
                    inline.push(self.written(&words, *line, true));
                }
                (Token::Mark('{'), _) => self.open(),
                (Token::Mark('}'), _) => self.close(),
                _ => self.at += 1,
            }
        }
        (imports, inline)
    }

    fn peek(&self, ahead: usize) -> Option<&'a Token> {
        self.tokens.get(self.at + ahead).map(|(token, _)| token)
    }

    fn written(&self, words: &[impl AsRef<str>], line: usize, is_crate: bool) -> Written {
        let words = words.iter().map(|word| word.as_ref().to_owned()).collect();
        Written { words, line, module: self.module.clone(), is_crate }
    }

    fn skip_path(&mut self) -> bool {
        let here = self.peek(0) == Some(&Token::Path);
        self.at += usize::from(here);
        here
    }

    fn open(&mut self) {
        self.depth += 1;
        self.at += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if self.scopes.last() == Some(&self.depth) {
            self.scopes.pop();
            self.module.pop();
        }
        self.at += 1;
    }

    /// True where a `::` here goes on with what stands before it: `<T as X>::y`.
    fn follows_type(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        before.is_some_and(|(token, _)| matches!(token, Token::Word(_) | Token::Mark('>' | ')' | ']')))
    }

    /// The words of a path from here on.
    fn words(&mut self) -> Vec<String> {
        let mut words = Vec::new();
        while let Some(word) = self.peek(0).and_then(Token::word) {
            words.push(word.to_owned());
            self.at += 1;
            if self.peek(0) != Some(&Token::Path) || self.peek(1).and_then(Token::word).is_none() {
                break;
            }
            self.at += 1;
        }
        words
    }

    fn inline(&mut self, found: &mut Vec<Written>) {
        let line = self.tokens[self.at].1;
        let is_field = self.at > 0 && matches!(self.tokens[self.at - 1].0, Token::Mark('.') | Token::Path);
        let words = self.words();
        if words.len() > 1 && !is_field {
            found.push(self.written(&words, line, false));
        }
    }

    /// One branch of a `use` tree, up to its comma, its closing brace or its semicolon.
    fn tree(&mut self, prefix: &[String], is_crate: bool, found: &mut Vec<(String, Written)>) {
        let line = self.tokens.get(self.at).map_or(0, |(_, line)| *line);
        let mut path = [prefix, &self.words()].concat();
        self.skip_path();
        if self.peek(0).is_some_and(|token| token.is('{')) {
            self.at += 1;
            while self.peek(0).is_some_and(|token| !token.is('}')) {
                self.tree(&path, is_crate, found);
                self.at += usize::from(self.peek(0).is_some_and(|token| token.is(',')));
            }
            self.at += 1;
            return;
        }
        // `a::{self}` is `a`, `a::*` is all of `a`.
        self.at += usize::from(self.peek(0).is_some_and(|token| token.is('*')));
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let mut alias = path.last().cloned().unwrap_or_default();
        if self.peek(0).is_some_and(|token| token.is_word("as")) {
            alias = self.peek(1).and_then(Token::word).map(str::to_owned).unwrap_or_default();
            self.at += 2;
        }
        if path.is_empty() {
            // Nothing that Rust would take; go on behind it.
            self.at += 1;
        } else {
            found.push((alias, self.written(&path, line, is_crate)));
        }
    }
}
