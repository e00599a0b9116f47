//! What the state asks for, carried out: of the engine, of the terminal, of the system. Nothing here waits.

use std::sync::Arc;

use super::{Ending, Loop, Shown};
use crate::tui::effects::Effect;
use crate::tui::export;
use crate::tui::load::Loader;
use crate::tui::terminal::{self, outside, system};

impl Loop<'_> {
    fn loader(&self) -> Loader<'_> {
        Loader { engine: self.engine, inbox: self.posts, dir: Arc::clone(self.app.dir()) }
    }

    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> Option<Ending> {
        for effect in effects {
            match effect {
                Effect::Engine(command) => self.engine.send(command),
                Effect::LoadList(path) => self.loader().list(path),
                Effect::LoadText(pasted) => self.loader().text(pasted),
                Effect::LoadPage(url) => self.loader().page(url, self.choice.clone()),
                Effect::AddPictures(pictures) => self.loader().pictures(pictures),
                Effect::Folder(path) => self.loader().folder(path),
                Effect::Export(path, urls) => export::export(path, urls, self.posts),
                Effect::Copy(text) => self.copy(&text),
                Effect::Notify(text) => {
                    let look = self.app.look();
                    self.tell(|out| outside::notify(out, &text, look));
                }
                Effect::Open(path) => system::open(path, self.posts),
                Effect::Delete(paths) => system::delete(paths, self.posts),
                Effect::Mouse(on) => self.tell(|out| terminal::listen_to_mouse(out, on)),
                Effect::Suspend if terminal::can_stop() => terminal::stop_group(),
                Effect::Suspend => self.app.note("cannot suspend: there is no shell that could wake haul".to_owned()),
                Effect::Preview(wanted) => self.painter.ask(wanted),
                Effect::Redraw => self.outdated(Shown::Unknown),
                Effect::Quit => return Some(Ending::Quit),
                Effect::Stop => return Some(Ending::Stopped),
            }
        }
        None
    }
}
