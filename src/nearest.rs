//! The known word that is meant by one that nobody knows. Pure; it must not know what the words stand for.

/// The candidate that is most like `word`, if any is like it at all.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A third of the letters may be wrong: more, and it is another word.
    let most = word.chars().count().div_ceil(3).max(1);
    let word = word.to_lowercase();
    // A part that was left out is no slip, but means the same; a short one is a part of too much.
    let is_part = |candidate: &str| word.len() >= 4 && candidate.to_lowercase().contains(&word);
    let measured =
        candidates.into_iter().map(|candidate| (strsim::osa_distance(&word, &candidate.to_lowercase()), candidate));
    measured
        .filter(|(distance, candidate)| *distance <= most || is_part(candidate))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// `: did you mean …?` with the candidate that is most like `word`; nothing where none is like it.
#[must_use]
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_word_and_another_word_does_not() {
        let names = ["pause", "pause-all", "retry", "remove", "remove-file", "quit"];
        for (word, expected) in [
            ("pasue", Some("pause")),
            ("Pause", Some("pause")),
            ("pauseall", Some("pause-all")),
            ("retyr", Some("retry")),
            ("remvoe_file", Some("remove-file")),
            ("file", Some("remove-file")),
            ("all", None),
            ("q", None),
            ("", None),
            ("download", None),
        ] {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
        assert_eq!(nearest("url", ["ID", "URL"]), Some("URL"));
        assert_eq!(did_you_mean("qit", names), ": did you mean `quit`?");
        assert_eq!(did_you_mean("x", names), "");
    }
}
