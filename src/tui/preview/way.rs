//! How pictures are drawn on this terminal: what the user wants, what the environment says, what the terminal answers.
//! Pure: whoever asks for it hands those in.

use crate::display;
use crate::nearest::did_you_mean;

/// What the user wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) enum Choice {
    /// The best that surely works.
    #[default]
    Auto,
    /// Nothing is decoded.
    Off,
    /// Half blocks.
    Blocks,
    /// This protocol, whatever the terminal says of itself.
    Force(Protocol),
}

/// A protocol for graphics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Protocol {
    Kitty,
    Sixel,
    Iterm2,
}

/// How many colours there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) enum Depth {
    /// 256.
    Indexed,
    /// All.
    True,
}

/// How pictures are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) enum Way {
    /// Not at all: a card says what the file is.
    #[default]
    Cards,
    /// As half blocks.
    Blocks(Depth),
    /// By a protocol; half blocks where that would not do.
    Graphics {
        protocol: Protocol,
        /// Width and height of a cell in pixels.
        font: (u16, u16),
        depth: Depth,
    },
}

/// What a terminal has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::tui) struct Answers {
    /// It draws by kitty's protocol.
    pub(in crate::tui) kitty: bool,
    /// It draws sixels.
    pub(in crate::tui) sixel: bool,
    /// Width and height of a cell in pixels.
    pub(in crate::tui) font: Option<(u16, u16)>,
}

/// Where nobody says how large a cell is.
const USUAL_FONT: (u16, u16) = (10, 20);

impl Choice {
    const NAMES: [(&str, Self); 6] = [
        ("auto", Self::Auto),
        ("off", Self::Off),
        ("halfblocks", Self::Blocks),
        ("kitty", Self::Force(Protocol::Kitty)),
        ("sixel", Self::Force(Protocol::Sixel)),
        ("iterm2", Self::Force(Protocol::Iterm2)),
    ];

    /// The choice of this name.
    ///
    /// # Errors
    /// Says which there are.
    pub(in crate::tui) fn named(name: &str) -> Result<Self, String> {
        let found = Self::NAMES.into_iter().find(|(own, _)| *own == name).map(|(_, choice)| choice);
        found.ok_or_else(|| {
            let names = Self::NAMES.map(|(name, _)| name);
            let hint = did_you_mean(name, names);
            format!("there is no preview `{}`{hint} (there are: {})", display::safe(name), names.join(", "))
        })
    }
}

impl Way {
    /// The way for this choice. `env` says what a variable holds, empty where it is not set; `font` is the size of a
    /// cell where that is known without asking; `ask` asks the terminal, which takes time, and is called only where an
    /// answer can make a difference.
    pub(in crate::tui) fn of(
        choice: Choice,
        env: impl Fn(&str) -> String,
        font: Option<(u16, u16)>,
        ask: impl FnOnce() -> Answers,
    ) -> Self {
        let depth = depth(&env);
        match (choice, depth) {
            (Choice::Off, _) | (Choice::Auto, None) => Self::Cards,
            (Choice::Blocks, depth) => Self::Blocks(depth.unwrap_or(Depth::Indexed)),
            (Choice::Force(protocol), depth) => {
                Self::Graphics { protocol, font: font.unwrap_or(USUAL_FONT), depth: depth.unwrap_or(Depth::Indexed) }
            }
            (Choice::Auto, Some(depth)) => {
                let answers = if may_answer(&env) { ask() } else { Answers::default() };
                let font = answers.font.or(font).unwrap_or(USUAL_FONT);
                best(&env, answers).map_or(Self::Blocks(depth), |protocol| Self::Graphics { protocol, font, depth })
            }
        }
    }
}

fn depth(env: &impl Fn(&str) -> String) -> Option<Depth> {
    let (colours, term) = (env("COLORTERM"), env("TERM"));
    if ["truecolor", "24bit"].contains(&&*colours) || term.ends_with("-direct") {
        Some(Depth::True)
    } else {
        (term.contains("256color") || term.contains("kitty")).then_some(Depth::Indexed)
    }
}

/// A multiplexer passes nothing on that it does not know, and over a slow line a picture is a lot. Elsewhere only those
/// are asked of which some draw pictures: the others might show the question.
fn may_answer(env: &impl Fn(&str) -> String) -> bool {
    let set = |names: &[&str]| names.iter().any(|name| !env(name).is_empty());
    let term = env("TERM");
    let between = set(&["TMUX", "ZELLIJ", "STY"]) || ["tmux", "screen"].iter().any(|name| term.starts_with(name));
    let remote = set(&["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"]);
    !between && !remote && (depth(env) == Some(Depth::True) || set(&["XTERM_VERSION", "WT_SESSION"]))
}

fn best(env: &impl Fn(&str) -> String, answers: Answers) -> Option<Protocol> {
    let program = env("TERM_PROGRAM");
    if may_answer(env) && (program.contains("iTerm") || program == "WezTerm" || !env("WEZTERM_EXECUTABLE").is_empty()) {
        return Some(Protocol::Iterm2);
    }
    // These say yes to what they draw wrong.
    let boasts = !env("KONSOLE_VERSION").is_empty() || program == "WarpTerminal" || env("TERM") == "contour";
    match answers {
        _ if boasts => None,
        Answers { kitty: true, .. } => Some(Protocol::Kitty),
        Answers { sixel: true, .. } => Some(Protocol::Sixel),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(choice: &str, env: &[(&str, &str)], answers: Answers) -> (Way, bool) {
        let get = |name: &str| env.iter().find(|(own, _)| *own == name).map_or(String::new(), |(_, v)| (*v).to_owned());
        let mut asked = false;
        let choice = Choice::named(choice).expect("a name");
        let way = Way::of(choice, get, Some((8, 16)), || {
            asked = true;
            answers
        });
        (way, asked)
    }

    #[test]
    fn the_best_that_surely_works_is_taken() {
        type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], Answers, Way, bool);
        const TRUE: (&str, &str) = ("COLORTERM", "truecolor");
        const X256: (&str, &str) = ("TERM", "xterm-256color");
        let yes = Answers { kitty: true, sixel: true, font: Some((9, 18)) };
        let sixel = Answers { kitty: false, ..yes };
        let graphics = |protocol, font| Way::Graphics { protocol, font, depth: Depth::True };
        let (blocks, few) = (Way::Blocks(Depth::True), Way::Blocks(Depth::Indexed));
        let cases: &[Case<'_>] = &[
            ("auto", &[("TERM", "linux")], yes, Way::Cards, false),
            ("auto", &[("TERM", "xterm")], yes, Way::Cards, false),
            ("auto", &[X256], yes, few, false),
            ("auto", &[X256, TRUE], yes, graphics(Protocol::Kitty, (9, 18)), true),
            ("auto", &[X256, TRUE], sixel, graphics(Protocol::Sixel, (9, 18)), true),
            ("auto", &[X256, TRUE], Answers::default(), blocks, true),
            ("auto", &[X256, TRUE, ("TMUX", "/tmp/x")], yes, blocks, false),
            ("auto", &[("TERM", "screen-256color"), TRUE], yes, blocks, false),
            ("auto", &[X256, TRUE, ("SSH_CONNECTION", "1")], yes, blocks, false),
            ("auto", &[X256, TRUE, ("KONSOLE_VERSION", "1")], yes, blocks, true),
            ("auto", &[X256, TRUE, ("TERM_PROGRAM", "WezTerm")], yes, graphics(Protocol::Iterm2, (9, 18)), true),
            ("auto", &[X256, TRUE, ("TERM_PROGRAM", "iTerm.app"), ("TMUX", "x")], yes, blocks, false),
            ("off", &[X256, TRUE], yes, Way::Cards, false),
            ("halfblocks", &[X256, TRUE], yes, blocks, false),
            ("halfblocks", &[("TERM", "xterm")], yes, few, false),
            ("sixel", &[X256, TRUE, ("TMUX", "x")], yes, graphics(Protocol::Sixel, (8, 16)), false),
        ];
        for (choice, env, answers, expected, asks) in cases {
            assert_eq!(way(choice, env, *answers), (*expected, *asks), "{choice} {env:?}");
        }
    }

    #[test]
    fn an_unknown_name_names_the_others() {
        let why = Choice::named("kity").expect_err("no such name");
        assert!(why.contains("kitty") && why.contains("halfblocks"), "{why}");
    }
}
