//! Benches of what runs once a line, once an event or once a frame: `cargo bench`, or `cargo bench -- frame` for some.
//! Times are for people to compare; no test asserts one. `cargo bench -- --test` only runs each once.

mod events;
mod lists;
mod screen;
mod texts;

criterion::criterion_group!(benches, lists::all, texts::all, events::all, screen::all);
criterion::criterion_main!(benches);
