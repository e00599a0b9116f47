//! A bar of eighth blocks. Pure text; it must not know colours.

const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// The filled part of a bar, at most `width` columns; full only when everything is there.
pub(super) fn filled(bytes: u64, total: u64, width: u16) -> String {
    let full = u128::from(width) * 8;
    let eighths = if total == 0 { full } else { (full * u128::from(bytes.min(total))) / u128::from(total) };
    let whole = usize::try_from(eighths / 8).unwrap_or(0);
    let part = usize::try_from(eighths % 8).unwrap_or(0);
    let mut bar = "█".repeat(whole);
    if part > 0 {
        bar.push(EIGHTHS[part]);
    }
    bar
}

/// The whole bar without blocks: `####----`.
pub(super) fn plain(bytes: u64, total: u64, width: u16) -> String {
    let done = filled(bytes, total, width).matches('█').count();
    format!("{}{}", "#".repeat(done), "-".repeat(usize::from(width) - done))
}

/// A dotted bar for an unknown size. Three dots are thicker; they go on as bytes arrive, and only then.
pub(super) fn dotted(bytes: u64, width: u16) -> String {
    const STEP: u64 = 1 << 18;
    let width = u64::from(width.max(1));
    let head = bytes / STEP % width;
    (0..width).map(|at| if bytes > 0 && (head + width - at) % width < 3 { '•' } else { '·' }).collect()
}

/// Whole percents, rounded down: 100 means that every byte is there.
pub(super) fn percent(bytes: u64, total: u64) -> u64 {
    if total == 0 {
        return 100;
    }
    u64::try_from(u128::from(bytes.min(total)) * 100 / u128::from(total)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_full_only_when_all_is_there() {
        for (bytes, total, text) in [
            (0, 100, ""),
            (1, 100, ""),
            (2, 100, "▏"),
            (50, 100, "█████"),
            (71, 100, "███████"),
            (72, 100, "███████▏"),
            (99, 100, "█████████▉"),
            (100, 100, "██████████"),
            (900, 100, "██████████"),
            (0, 0, "██████████"),
        ] {
            assert_eq!(filled(bytes, total, 10), text, "{bytes}/{total}");
        }
        assert_eq!([99, 100].map(|bytes| plain(bytes, 100, 4)), ["###-", "####"]);
        assert_eq!(filled(u64::MAX - 1, u64::MAX, 2), "█▉");
        assert_eq!((percent(999, 1000), percent(1000, 1000), percent(0, 0)), (99, 100, 100));
    }

    #[test]
    fn the_dotted_bar_moves_with_bytes_alone() {
        assert_eq!(dotted(0, 6), "······");
        assert_eq!(dotted(3 << 18, 6), "·•••··");
        assert_eq!(dotted(6 << 18, 6), "•···••");
        assert_eq!(dotted(5, 0), "•");
    }
}
