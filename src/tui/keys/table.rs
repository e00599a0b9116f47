//! All actions that a key can ask for: name, keys, places, heading and line in the help, word in the footer. Everything
//! that lists keys is made from this.

use crossterm::event::{KeyCode, KeyModifiers};

use super::binding::Context::{Add, Detail, Help, List, Palette, Picker, Prompt, Question, Sheet};
use super::binding::{Binding, Context, Key, bind, char, ctrl, plain};
use crate::tui::action::{Action, By, Copied, Menu, Step, Tab, Toggle};

pub(super) const EVERYWHERE: &[Context] = &[
    List,
    Detail,
    Sheet,
    Picker,
    Add,
    Prompt,
    Palette,
    Help,
    Question,
    Context::Menu(Menu::Sort),
    Context::Menu(Menu::Show),
    Context::Menu(Menu::Copy),
    Context::Menu(Menu::Place),
];
const MOVING: &[Context] = &[List, Detail, Sheet, Picker, Help];
const PAGES: &[Context] = &[List, Detail, Sheet, Picker, Help, Palette];
const ROWS: &[Context] = &[List, Detail, Sheet];
const TEXT: &[Context] = &[Add, Prompt, Palette];
const HELPED: &[Context] = &[List, Detail, Sheet, Picker, Help, Add, Prompt, Palette];
const SORTING: &[Context] = &[Context::Menu(Menu::Sort)];
const SHOWING: &[Context] = &[Context::Menu(Menu::Show)];
const COPYING: &[Context] = &[Context::Menu(Menu::Copy)];
const PLACING: &[Context] = &[Context::Menu(Menu::Place)];

const MOVE: &str = "Move";
const MARKS: &str = "Mark";
const WORK: &str = "Downloads";
const QUEUE: &str = "Queue and limits";
const LOOK: &str = "Look";
const SORT: &str = "Sort";
const SHOW: &str = "Show";
const COPY: &str = "Copy";
const PLACE: &str = "Place";
const PICK: &str = "Images of a page";
pub(super) const BOX: &str = "In a box";
pub(super) const ASKED: &str = "When asked";
const SCREEN: &str = "Screen";

const SHIFT_DOWN: Key = Key(KeyCode::Down, KeyModifiers::SHIFT);
const SHIFT_UP: Key = Key(KeyCode::Up, KeyModifiers::SHIFT);
const OTHER: &[Key] =
    &[plain(KeyCode::Tab), plain(KeyCode::BackTab), plain(KeyCode::Left), plain(KeyCode::Right), char('h'), char('l')];
const ALT_ENTER: Key = Key(KeyCode::Enter, KeyModifiers::ALT);

#[rustfmt::skip]
pub(in crate::tui) const TABLE: &[Binding] = &[
    bind("down", &[char('j'), plain(KeyCode::Down)], Action::Step(Step::Down), MOVING, MOVE, "one row down"),
    bind("up", &[char('k'), plain(KeyCode::Up)], Action::Step(Step::Up), MOVING, MOVE, "one row up"),
    bind("half-page-down", &[ctrl('d')], Action::Step(Step::HalfDown), MOVING, MOVE, "half a page down"),
    bind("half-page-up", &[ctrl('u')], Action::Step(Step::HalfUp), MOVING, MOVE, "half a page up"),
    bind("page-down", &[plain(KeyCode::PageDown), ctrl('f')], Action::Step(Step::PageDown), PAGES, MOVE, "one page down"),
    bind("page-up", &[plain(KeyCode::PageUp), ctrl('b')], Action::Step(Step::PageUp), PAGES, MOVE, "one page up"),
    bind("first", &[char('g'), plain(KeyCode::Home)], Action::Step(Step::First), MOVING, MOVE, "first row"),
    bind("last", &[char('G'), plain(KeyCode::End)], Action::Step(Step::Last), MOVING, MOVE, "last row"),
    bind("top", &[char('H')], Action::Step(Step::Top), &[List, Sheet], MOVE, "first row in sight"),
    bind("middle", &[char('M')], Action::Step(Step::Middle), &[List, Sheet], MOVE, "middle of what is in sight"),
    bind("bottom", &[char('L')], Action::Step(Step::Bottom), &[List, Sheet], MOVE, "last row in sight"),
    bind("left", &[char('h'), plain(KeyCode::Left)], Action::Step(Step::Left), &[Sheet], MOVE, "one picture to the left"),
    bind("right", &[char('l'), plain(KeyCode::Right)], Action::Step(Step::Right), &[Sheet], MOVE, "one picture to the right"),
    bind("next-failed", &[char('n')], Action::NextFailed, &[List, Detail], MOVE, "next failed row"),
    bind("previous-failed", &[char('N')], Action::PreviousFailed, &[List, Detail], MOVE, "failed row before"),
    bind("all", &[char('1')], Action::Tab(Tab::All), &[List, Detail], MOVE, "all rows"),
    bind("active", &[char('2')], Action::Tab(Tab::Active), &[List, Detail], MOVE, "active rows alone"),
    bind("queued", &[char('3')], Action::Tab(Tab::Queued), &[List, Detail], MOVE, "queued rows alone"),
    bind("paused", &[char('4')], Action::Tab(Tab::Paused), &[List, Detail], MOVE, "paused rows alone"),
    bind("failed", &[char('5')], Action::Tab(Tab::Failed), &[List, Detail], MOVE, "failed and cancelled rows alone"),
    bind("done", &[char('6')], Action::Tab(Tab::Done), &[List, Detail], MOVE, "finished rows alone"),
    bind("next-tab", &[char(']')], Action::NextTab, &[List, Detail], MOVE, "next tab"),
    bind("previous-tab", &[char('[')], Action::PreviousTab, &[List, Detail], MOVE, "tab before"),
    bind("focus", &[plain(KeyCode::Tab)], Action::Focus, &[List], MOVE, "to the next panel: list, detail, log"),
    bind("focus-back", &[plain(KeyCode::BackTab)], Action::FocusBack, &[List], MOVE, "to the panel before"),

    bind("mark", &[char(' ')], Action::Mark, ROWS, MARKS, "mark, and one down"),
    bind("range", &[char('v')], Action::Range, &[List], MARKS, "mark a range; again ends it"),
    bind("range-down", &[SHIFT_DOWN], Action::Stretch(Step::Down), &[List], MARKS, "mark a range downwards"),
    bind("range-up", &[SHIFT_UP], Action::Stretch(Step::Up), &[List], MARKS, "mark a range upwards"),
    bind("mark-all", &[ctrl('a')], Action::MarkAll, &[List, Sheet], MARKS, "mark all that is shown"),
    bind("invert", &[ctrl('r')], Action::Invert, &[List, Sheet], MARKS, "mark the others instead"),

    bind("add", &[char('a')], Action::Add, &[List, Detail], WORK, "add addresses (or just paste them)").hint("add"),
    bind("add-list", &[char('A')], Action::AddList, &[List, Detail], WORK, "add a list file"),
    bind("add-page", &[char('F')], Action::AddPage, &[List, Detail], WORK, "choose among the images of a page"),
    bind("pause", &[char('p')], Action::Pause, ROWS, WORK, "pause, or go on").hint("pause"),
    bind("pause-all", &[char('P')], Action::PauseAll, &[List, Detail], WORK, "pause everything, or go on"),
    bind("retry", &[char('r')], Action::Retry, ROWS, WORK, "try again").hint("retry"),
    bind("retry-failed", &[char('R')], Action::RetryFailed, &[List, Detail], WORK, "try all failed ones again"),
    bind("cancel", &[char('x')], Action::Cancel, ROWS, WORK, "cancel; what is here stays for a retry").hint("cancel"),
    bind("remove", &[char('d'), plain(KeyCode::Delete)], Action::Remove, ROWS, WORK, "take off the list; a finished file stays").hint("remove"),
    bind("remove-file", &[char('D')], Action::RemoveFile, ROWS, WORK, "take off the list and delete the file; asks"),
    bind("clear", &[char('c')], Action::Clear, &[List, Detail], WORK, "take all finished ones off the list"),
    bind("undo", &[char('u')], Action::Undo, ROWS, WORK, "undo cancel, remove, clear or move"),
    bind("redo", &[char('U')], Action::Redo, ROWS, WORK, "redo it"),
    bind("open", &[char('o')], Action::OpenFile, ROWS, WORK, "open the file"),
    bind("open-folder", &[char('O')], Action::OpenFolder, ROWS, WORK, "open its folder"),
    bind("copy", &[char('y')], Action::Menu(Menu::Copy), ROWS, WORK, "copy an address, a path, a name or an error"),

    bind("sooner", &[char('K')], Action::Sooner, &[List, Detail], QUEUE, "one place up in the queue"),
    bind("later", &[char('J')], Action::Later, &[List, Detail], QUEUE, "one place down in the queue"),
    bind("place", &[char('m')], Action::Menu(Menu::Place), &[List, Detail], QUEUE, "move to the front or the end of the queue"),
    bind("force", &[char('f')], Action::Force, &[List, Detail], QUEUE, "start now, beyond the limits"),
    bind("more-jobs", &[char('+')], Action::MoreJobs, &[List, Detail], QUEUE, "one more transfer at once"),
    bind("fewer-jobs", &[char('-')], Action::FewerJobs, &[List, Detail], QUEUE, "one fewer"),
    bind("slower", &[char('<')], Action::Slower, &[List, Detail], QUEUE, "lower the limit on the rate"),
    bind("faster", &[char('>')], Action::Faster, &[List, Detail], QUEUE, "raise it"),
    bind("limit", &[char('=')], Action::Limit, &[List, Detail], QUEUE, "type a limit; 0 is none"),

    bind("filter", &[char('/')], Action::Filter, &[List, Sheet], LOOK, "show some rows: words, state:failed, host:, size:>5M").hint("filter"),
    bind("sort", &[char('s')], Action::Menu(Menu::Sort), &[List, Sheet], LOOK, "sort the rows"),
    bind("detail", &[plain(KeyCode::Enter), char('l'), plain(KeyCode::Right)], Action::Detail, &[List], LOOK, "all about the row").hint("detail"),
    bind("full-size", &[plain(KeyCode::Enter)], Action::Detail, &[Sheet], LOOK, "the picture in full size").hint("full size"),
    bind("error", &[char('e')], Action::Error, &[List, Detail], LOOK, "its last error and answer in full"),
    bind("preview", &[char('i')], Action::Toggle(Toggle::Preview), &[List, Detail], LOOK, "picture of the row on or off"),
    bind("pictures", &[char('I')], Action::Sheet, &[List, Detail, Sheet], LOOK, "all finished pictures").hint("pictures"),
    bind("show", &[char('w')], Action::Menu(Menu::Show), &[List, Detail], LOOK, "show or hide a panel; mouse, theme, ASCII"),

    bind("sort-added", &[char('a')], Action::Sort(By::Added), SORTING, SORT, "as they came, or wait").hint("added"),
    bind("sort-name", &[char('n')], Action::Sort(By::Name), SORTING, SORT, "by name").hint("name"),
    bind("sort-size", &[char('s')], Action::Sort(By::Size), SORTING, SORT, "by size").hint("size"),
    bind("sort-progress", &[char('p')], Action::Sort(By::Progress), SORTING, SORT, "by progress").hint("progress"),
    bind("sort-eta", &[char('e')], Action::Sort(By::Eta), SORTING, SORT, "by the time that is left").hint("ETA"),
    bind("sort-host", &[char('h')], Action::Sort(By::Host), SORTING, SORT, "by host; the same again turns it round").hint("host"),

    bind("show-graph", &[char('g')], Action::Toggle(Toggle::Graph), SHOWING, SHOW, "graph").hint("graph"),
    bind("show-log", &[char('l')], Action::Toggle(Toggle::Log), SHOWING, SHOW, "log").hint("log"),
    bind("show-detail", &[char('d')], Action::Toggle(Toggle::Detail), SHOWING, SHOW, "detail").hint("detail"),
    bind("show-picture", &[char('p')], Action::Toggle(Toggle::Preview), SHOWING, SHOW, "picture of the row").hint("picture"),
    bind("show-hosts", &[char('h')], Action::Toggle(Toggle::Hosts), SHOWING, SHOW, "hosts").hint("hosts"),
    bind("mouse", &[char('m')], Action::Toggle(Toggle::Mouse), SHOWING, SHOW, "mouse on or off (Shift selects text meanwhile)").hint("mouse"),
    bind("theme", &[char('t')], Action::Toggle(Toggle::Theme), SHOWING, SHOW, "next theme").hint("theme"),
    bind("ascii", &[char('a')], Action::Toggle(Toggle::Ascii), SHOWING, SHOW, "ASCII alone").hint("ASCII"),

    bind("copy-address", &[char('u')], Action::Copy(Copied::Url), COPYING, COPY, "address").hint("address"),
    bind("copy-path", &[char('p')], Action::Copy(Copied::Path), COPYING, COPY, "path").hint("path"),
    bind("copy-name", &[char('n')], Action::Copy(Copied::Name), COPYING, COPY, "name").hint("name"),
    bind("copy-error", &[char('e')], Action::Copy(Copied::Error), COPYING, COPY, "error").hint("error"),

    bind("soonest", &[char('t')], Action::Soonest, PLACING, PLACE, "first in the queue").hint("first"),
    bind("latest", &[char('b')], Action::Latest, PLACING, PLACE, "last in the queue").hint("last"),

    bind("pick", &[char(' ')], Action::Mark, &[Picker], PICK, "mark, or take the mark away, and one down").hint("mark"),
    bind("take-marked", &[plain(KeyCode::Enter)], Action::Submit, &[Picker], PICK, "add what is shown and marked").hint("add"),
    bind("pick-all", &[ctrl('a')], Action::MarkAll, &[Picker], PICK, "mark all that is shown, or none").hint("all or none"),
    bind("pick-others", &[ctrl('r')], Action::Invert, &[Picker], PICK, "mark the others instead"),

    bind("submit", &[plain(KeyCode::Enter)], Action::Submit, TEXT, BOX, "take it").hint("take"),
    bind("new-line", &[ALT_ENTER, ctrl('j')], Action::NewLine, &[Add], BOX, "new line").hint("new line"),
    bind("folder", &[plain(KeyCode::Tab)], Action::Complete, &[Add], BOX, "to the folder, and back").hint("folder"),
    bind("complete", &[plain(KeyCode::Tab)], Action::Complete, &[Palette], BOX, "the rest of the word").hint("complete"),
    bind("previous", &[plain(KeyCode::Up)], Action::Step(Step::Up), &[Prompt, Palette], BOX, "line before"),
    bind("next", &[plain(KeyCode::Down)], Action::Step(Step::Down), &[Prompt, Palette], BOX, "next line"),

    bind("yes", &[char('y')], Action::Yes, &[Question], ASKED, "yes").hint("yes"),
    bind("no", &[char('n')], Action::No, &[Question], ASKED, "no").hint("no"),
    bind("other-answer", OTHER, Action::Complete, &[Question], ASKED, "to the other answer; no is the first"),
    bind("answer", &[plain(KeyCode::Enter)], Action::Submit, &[Question], ASKED, "the answer in brackets"),

    bind("palette", &[char(':'), ctrl('p')], Action::Palette, &[List, Detail, Sheet], SCREEN, "every action by its name"),
    bind("search", &[char('/')], Action::Search, &[Picker, Help], SCREEN, "look for a word here").hint("search"),
    bind("help", &[char('?'), plain(KeyCode::F(1))], Action::Help, HELPED, SCREEN, "show or hide these keys").hint("help"),
    bind("back", &[plain(KeyCode::Esc)], Action::Back, EVERYWHERE, SCREEN, "one step back").hint("back"),
    bind("close", &[char('h'), plain(KeyCode::Left)], Action::Close, &[List, Detail], SCREEN, "out of the detail, back to the list"),
    bind("redraw", &[ctrl('l')], Action::Redraw, EVERYWHERE, SCREEN, "draw the screen anew"),
    bind("suspend", &[ctrl('z')], Action::Suspend, EVERYWHERE, SCREEN, "suspend; fg comes back"),
    bind("quit", &[char('q')], Action::Quit, &[List, Detail, Sheet, Help, Question], SCREEN, "quit; asks while work runs").hint("quit"),
    bind("quit-now", &[char('Q')], Action::QuitNow, &[List, Detail, Sheet], SCREEN, "quit without asking; work goes on next time"),
    bind("stop", &[ctrl('c')], Action::Stop, EVERYWHERE, SCREEN, "stop and leave at once; leaves a box first"),
];
