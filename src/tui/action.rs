//! What a key, a click, a paste or a choice asks the screen to do. A leaf: it must not know keys' names or how it is
//! done.

use crossterm::event::KeyEvent;

/// One wish of the person at the keyboard.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Action {
    /// Move the cursor, or what has the focus.
    Step(Step),
    /// Show the rows of this state alone.
    Tab(Tab),
    /// The tab to the right.
    NextTab,
    /// The tab to the left.
    PreviousTab,
    /// To the next row that has failed.
    NextFailed,
    /// To the one before.
    PreviousFailed,
    /// Keys go to the next panel.
    Focus,
    /// Keys go to the panel before.
    FocusBack,
    /// Everything about the row under the cursor.
    Detail,
    /// The same, with its last error in full.
    Error,
    /// One step back; never out.
    Back,
    /// Out of the detail or a panel, back to the list; on the list nothing.
    Close,

    /// Mark the row, or take the mark away, and go one down.
    Mark,
    /// Mark from here, where no range has begun, and go there.
    Stretch(Step),
    /// Mark from here to where the cursor goes next, until this comes again.
    Range,
    /// Mark all rows shown.
    MarkAll,
    /// Mark what is not marked, and the other way round.
    Invert,

    /// Open the add box.
    Add,
    /// Ask for a list file to add.
    AddList,
    /// Ask for a page to choose images from.
    AddPage,
    /// Pause the rows, or let them go on.
    Pause,
    /// Pause everything, or let everything go on.
    PauseAll,
    /// Try the rows again.
    Retry,
    /// Try every failed row again.
    RetryFailed,
    /// Stop the rows and keep their parts.
    Cancel,
    /// Take the rows off the list; files stay.
    Remove,
    /// Take the rows off the list with their files.
    RemoveFile,
    /// Take all finished rows off the list.
    Clear,
    /// Take the last change of the list back.
    Undo,
    /// Make it again.
    Redo,
    /// The rows wait one place further in front.
    Sooner,
    /// The rows wait one place further behind.
    Later,
    /// The rows wait in front of all others.
    Soonest,
    /// The rows wait behind all others.
    Latest,
    /// Start the rows now, whatever the limits.
    Force,

    /// One transfer more at once.
    MoreJobs,
    /// One fewer.
    FewerJobs,
    /// A lower limit on the rate.
    Slower,
    /// A higher one, or none.
    Faster,
    /// Ask for a limit on the rate.
    Limit,

    /// Ask which rows to show.
    Filter,
    /// Show the keys that may follow.
    Menu(Menu),
    /// Sort by this; the same again turns it round.
    Sort(By),
    /// Show or hide, on or off.
    Toggle(Toggle),
    /// Copy this of the rows.
    Copy(Copied),
    /// Open the file.
    OpenFile,
    /// Open the folder of the file.
    OpenFolder,
    /// All finished pictures.
    Sheet,

    /// Every action by its name.
    Palette,
    /// Show or hide the keys.
    Help,
    /// Look for something in what is shown.
    Search,
    /// Draw the whole screen anew.
    Redraw,
    /// Give the terminal back for a while.
    Suspend,
    /// Leave, after a question while work runs.
    Quit,
    /// Leave without a question; everything goes on next time.
    QuitNow,
    /// Leave at once, in order.
    Stop,

    /// Yes to the question.
    Yes,
    /// No to the question.
    No,
    /// Take what is in the box.
    Submit,
    /// A new line in the box.
    NewLine,
    /// To the next field of the box, to the other answer, or complete what is in it.
    Complete,
    /// Any other key in a box.
    Edit(KeyEvent),
    /// Pasted text.
    Paste(String),
    /// The mouse did something at this column and line.
    Mouse(Mouse, u16, u16),
}

/// Where to move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// One up.
    Up,
    /// One down.
    Down,
    /// One to the left, where there are columns.
    Left,
    /// One to the right.
    Right,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first.
    First,
    /// To the last.
    Last,
    /// To the first in sight.
    Top,
    /// To the middle of what is in sight.
    Middle,
    /// To the last in sight.
    Bottom,
}

/// Which rows are shown. Each state is in one tab besides the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tab {
    /// All of them.
    #[default]
    All,
    /// Those that have a slot.
    Active,
    /// Those that wait, also to be tried again.
    Queued,
    /// Those that rest.
    Paused,
    /// Those that have failed or were cancelled.
    Failed,
    /// Those that are there.
    Done,
}

impl Tab {
    /// From left to right.
    pub(super) const ALL: [Self; 6] = [Self::All, Self::Active, Self::Queued, Self::Paused, Self::Failed, Self::Done];
}

/// What rows are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum By {
    /// The order in which they came, or wait.
    #[default]
    Added,
    /// The name.
    Name,
    /// The size.
    Size,
    /// How much of it is here.
    Progress,
    /// The time that the rest takes.
    Eta,
    /// The host.
    Host,
}

/// Keys that may follow a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Menu {
    /// What to sort by.
    Sort,
    /// What to show.
    Show,
    /// What to copy.
    Copy,
    /// Where to move in the queue.
    Place,
}

/// What can be shown or hidden, switched on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Toggle {
    /// The graph.
    Graph,
    /// The log.
    Log,
    /// The detail.
    Detail,
    /// The picture of the row.
    Preview,
    /// The hosts.
    Hosts,
    /// The mouse.
    Mouse,
    /// The next theme.
    Theme,
    /// ASCII alone.
    Ascii,
}

/// What can be copied of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copied {
    /// Its address.
    Url,
    /// The path of its file.
    Path,
    /// The name of its file.
    Name,
    /// Why it failed.
    Error,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mouse {
    /// The left button.
    Click,
    /// The left button with Shift.
    ShiftClick,
    /// The wheel, up.
    WheelUp,
    /// The wheel, down.
    WheelDown,
}
