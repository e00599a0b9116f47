//! The thread that draws pictures, and its mailbox of one slot: only what is wanted now is drawn, never what was wanted
//! before. It starts with the first wish, so that nothing happens where there is none.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use image::RgbaImage;
use ratatui::layout::Size;
use ratatui_image::protocol::Protocol as Graphic;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::kitty::Kitty;
use ratatui_image::protocol::sixel::Sixel;

use super::blocks::Blocks;
use super::load::load;
use super::picture::{Drawn, Ready, Wanted};
use super::way::{Protocol, Way};

/// Who walks fast through a list wants none of the pictures between.
const CALM: Duration = Duration::from_millis(80);

type Post = Box<dyn Fn(Ready) + Send>;

/// See the head of this file.
pub(in crate::tui) struct Painter {
    way: Way,
    post: Option<Post>,
    desk: Arc<Desk>,
}

#[derive(Default)]
struct Desk {
    slot: Mutex<Slot>,
    changed: Condvar,
}

#[derive(Default)]
struct Slot {
    wanted: Option<Vec<Wanted>>,
    closed: bool,
}

impl fmt::Debug for Painter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Painter").field("way", &self.way).finish_non_exhaustive()
    }
}

impl Painter {
    /// A painter who posts what is ready.
    pub(in crate::tui) fn new(way: Way, post: impl Fn(Ready) + Send + 'static) -> Self {
        Self { way, post: Some(Box::new(post)), desk: Arc::default() }
    }

    /// These are wanted now, the first one most; nothing else is any more.
    pub(in crate::tui) fn ask(&mut self, wanted: Vec<Wanted>) {
        if wanted.is_empty() && self.post.is_some() {
            return;
        }
        self.desk.change(|slot| slot.wanted = Some(wanted));
        if let Some(post) = self.post.take() {
            let (desk, way) = (Arc::clone(&self.desk), self.way);
            // Where there is no thread to be had there are no pictures.
            let _ = std::thread::Builder::new().name("haul-preview".to_owned()).spawn(move || desk.work(way, &post));
        }
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        // Nobody waits for the thread: it may be in the middle of a large picture.
        self.desk.change(|slot| slot.closed = true);
    }
}

impl Desk {
    fn change(&self, change: impl FnOnce(&mut Slot)) {
        change(&mut self.slot.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_one();
    }

    fn work(&self, way: Way, post: &Post) {
        let mut number = 0;
        while let Some(wanted) = self.next() {
            for wanted in wanted {
                if self.has_news() {
                    break;
                }
                number += 1;
                let drawn = draw(&wanted, way, number);
                post(Ready { wanted, drawn });
            }
        }
    }

    /// What is wanted, once that stays the same for a moment; none when it is over.
    fn next(&self) -> Option<Vec<Wanted>> {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = |slot: &mut Slot| slot.wanted.is_none() && !slot.closed;
        let mut slot = self.changed.wait_while(slot, idle).unwrap_or_else(PoisonError::into_inner);
        loop {
            if slot.closed {
                return None;
            }
            let newest = slot.wanted.take();
            let waited = self.changed.wait_timeout_while(slot, CALM, idle).unwrap_or_else(PoisonError::into_inner);
            slot = waited.0;
            if waited.1.timed_out() {
                return newest;
            }
        }
    }

    fn has_news(&self) -> bool {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        slot.wanted.is_some() || slot.closed
    }
}

fn draw(wanted: &Wanted, way: Way, number: u32) -> Drawn {
    let drawn = match way {
        Way::Cards => Ok(Drawn::Card(String::new())),
        Way::Blocks(depth) => blocks(&wanted.path, wanted.cells).map(|image| Drawn::Blocks(Blocks::of(&image, depth))),
        // What lies over text would need the whole screen drawn anew whenever one of many changes.
        Way::Graphics { protocol: Protocol::Sixel | Protocol::Iterm2, depth, .. } if wanted.small => {
            blocks(&wanted.path, wanted.cells).map(|image| Drawn::Blocks(Blocks::of(&image, depth)))
        }
        Way::Graphics { protocol, font, .. } => graphic(&wanted.path, wanted.cells, protocol, font, number),
    };
    drawn.unwrap_or_else(Drawn::Card)
}

/// A pixel a column, two a line.
fn blocks(path: &Path, cells: Size) -> Result<RgbaImage, String> {
    load(path, (u32::from(cells.width), u32::from(cells.height) * 2))
}

fn graphic(path: &Path, cells: Size, protocol: Protocol, font: (u16, u16), number: u32) -> Result<Drawn, String> {
    let (width, height) = (u32::from(font.0.max(1)), u32::from(font.1.max(1)));
    let image = load(path, (u32::from(cells.width) * width, u32::from(cells.height) * height))?;
    // Whole cells: what is left of the last ones is transparent.
    let (columns, lines) = (image.width().div_ceil(width), image.height().div_ceil(height));
    let mut whole = RgbaImage::new(columns * width, lines * height);
    image::imageops::replace(&mut whole, &image, 0, 0);
    let short = |length: u32| u16::try_from(length).unwrap_or(u16::MAX);
    let (image, size) = (whole.into(), Size::new(short(columns), short(lines)));
    let graphic = match protocol {
        // A terminal keeps pictures by number, those of others too.
        Protocol::Kitty => {
            let id = (std::process::id() << 12).wrapping_add(number).max(1);
            Kitty::new(image, size, id, false, false).map(Graphic::Kitty)
        }
        Protocol::Sixel => Sixel::new(image, size, false).map(Graphic::Sixel),
        Protocol::Iterm2 => Iterm2::new(image, size, false).map(Graphic::ITerm2),
    };
    let over_text = protocol != Protocol::Kitty;
    let drawn = graphic.map(|graphic| Drawn::Graphic { protocol: Box::new(graphic), over_text });
    drawn.map_err(|_| "the terminal's protocol does not take it".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::super::way::Depth;
    use super::*;

    fn wanted(name: &str) -> Wanted {
        Wanted { path: name.into(), len: 1, cells: Size::new(4, 4), small: false }
    }

    #[test]
    fn the_newest_wish_wins_and_is_answered_in_its_order() {
        let (posts, ready) = mpsc::channel();
        let mut painter = Painter::new(Way::Blocks(Depth::True), move |ready: Ready| {
            let _ = posts.send(ready.wanted);
        });
        for n in 0..50 {
            painter.ask(vec![wanted(&format!("/nowhere/{n}")), wanted("/nowhere/second")]);
        }
        let mut seen: Vec<_> = Vec::new();
        while seen.len() < 2 || seen[seen.len() - 2..] != [wanted("/nowhere/49"), wanted("/nowhere/second")] {
            seen.push(ready.recv().expect("the last wish comes"));
        }
        // The end of the painter ends the thread, which holds the sender.
        drop(painter);
        assert!(ready.recv().is_err());
    }

    #[test]
    fn without_a_wish_there_is_no_thread() {
        let mut painter = Painter::new(Way::Cards, |_| {});
        painter.ask(Vec::new());
        assert!(painter.post.is_some());
    }

    #[test]
    fn each_protocol_draws_whole_cells() {
        let path = std::env::temp_dir().join(format!("haul-painter-{}.png", std::process::id()));
        image::RgbImage::from_pixel(90, 50, image::Rgb([9, 99, 9])).save(&path).expect("the system has room");
        for (protocol, begins) in
            [(Protocol::Kitty, "\x1b_G"), (Protocol::Sixel, "\x1bP"), (Protocol::Iterm2, "\x1b]1337")]
        {
            let drawn = graphic(&path, Size::new(4, 4), protocol, (10, 20), 7);
            let Ok(Drawn::Graphic { protocol: graphic, over_text }) = drawn else {
                unreachable!("{protocol:?}: {drawn:?}")
            };
            assert_eq!((graphic.size(), over_text), (Size::new(4, 2), protocol != Protocol::Kitty), "{protocol:?}");
            let area = ratatui::layout::Rect::new(0, 0, 6, 6);
            let mut buffer = ratatui::buffer::Buffer::empty(area);
            ratatui::widgets::Widget::render(ratatui_image::Image::new(&graphic), area, &mut buffer);
            assert!(buffer[(0, 0)].symbol().contains(begins), "{protocol:?}");
        }
        let _ = std::fs::remove_file(path);
    }
}
