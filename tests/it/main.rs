//! The one integration binary: the program as its users and servers see it, and the shape of its sources.

// `mod headless;` is written and waits for the program's faces.
mod layering;
// The support is whole where no test leans on a part of it yet.
#[allow(dead_code)]
mod support;
