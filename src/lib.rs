//! haul
pub mod display;
pub mod engine;
pub mod input;
pub mod jobs;
pub mod tui;
pub mod units;
