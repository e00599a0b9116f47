//! Filters: `width>=1000`. A column, how its value compares, and what with. Pure; it must not know which columns there
//! are.

use std::cmp::Ordering;

use crate::display;

/// What a filter asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    /// The column that it looks at.
    pub(super) column: String,
    how: How,
    /// What the value is held against.
    with: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Longer ones first; two are written for one by many.
const SIGNS: [(&str, How); 7] = [
    ("!=", How::Unequal),
    ("<=", How::AtMost),
    (">=", How::AtLeast),
    ("==", How::Equal),
    ("=", How::Equal),
    ("<", How::Less),
    (">", How::More),
];

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// Says in words, safe to show, what one looks like.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let sign = text.char_indices().find_map(|(at, _)| {
            SIGNS.iter().find(|(sign, _)| text[at..].starts_with(sign)).map(|(sign, how)| (at, *sign, *how))
        });
        let parts = sign.map(|(at, sign, how)| (text[..at].trim(), how, text[at + sign.len()..].trim()));
        // An empty value can be there or not; nothing is less or more. What begins with a sign, such as the rest of `=>`,
        // and what people write for a number, would silently take the wrong rows.
        let makes_sense = |how, with: &str| {
            let orders = !matches!(how, How::Equal | How::Unequal);
            let digits: String = with.chars().filter(|c| !matches!(c, ',' | '_' | ' ')).collect();
            let is_lookalike = !is_number(with) && is_number(&digits);
            !(with.starts_with(['=', '<', '>', '~']) || orders && (with.is_empty() || is_lookalike))
        };
        match parts {
            Some((column, how, with)) if !column.is_empty() && makes_sense(how, with) => {
                Ok(Self { column: column.to_owned(), how, with: unquoted(with).trim().to_owned() })
            }
            _ => Err(format!(
                "--where `{}` is no filter: write a column, one of = != < <= > >=, and a value, as in 'width>=1000' or \
                 by='ann lee'",
                display::fit(&display::safe(text), 60)
            )),
        }
    }

    /// True where a value is what is asked for; blanks around it do not count.
    pub(super) fn takes(&self, value: &str) -> bool {
        let value = value.trim();
        let order = order(value, &self.with);
        let is_no_number = is_number(&self.with) && !is_number(value);
        match self.how {
            How::Equal => order.is_eq(),
            How::Unequal => order.is_ne(),
            _ if value.is_empty() || is_no_number => false,
            How::Less => order.is_lt(),
            How::AtMost => order.is_le(),
            How::More => order.is_gt(),
            How::AtLeast => order.is_ge(),
        }
    }
}

/// Two numbers as numbers, all else as text: that is neither less nor more than a number. Long whole numbers are compared to their last digit.
fn order(value: &str, with: &str) -> Ordering {
    if let (Ok(value), Ok(with)) = (value.parse::<i128>(), with.parse::<i128>()) {
        return value.cmp(&with);
    }
    let numbers = number(value).zip(number(with));
    numbers.and_then(|(value, with)| value.partial_cmp(&with)).unwrap_or_else(|| value.cmp(with))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn is_number(text: &str) -> bool {
    number(text).is_some()
}

fn unquoted(text: &str) -> &str {
    let inside = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_as_numbers_and_all_else_as_text() {
        for (filter, taken, left) in [
            (
                "w>=1000",
                &["1000", "1000.0", "9999", " 1e3 "][..],
                &["999.9", "", " ", "-1000", "x", "unknown", "1,000"][..],
            ),
            ("w > 9", &["10", "9.5"], &["9", "9.0", "8"]),
            ("w<10", &["9", "-1"], &["10", "x", "", "0x"]),
            ("w<=1.5", &["1.5", "1", "-9"], &["1.6", ""]),
            ("w=7", &["7", "7.0", "+7"], &["70", "", "07x"]),
            ("w==7", &["7"], &["8"]),
            ("w!=7", &["8", "x", ""], &["7", "7.0"]),
            ("id=12345678901234567890", &["12345678901234567890"], &["12345678901234567891"]),
            ("c = New York", &["New York", " New York "], &["new york", "New"]),
            ("c='New York'", &["New York"], &["'New York'"]),
            ("c=\" x \"", &["x", " x"], &["\" x \""]),
            ("c=", &["", " "], &["x", "0"]),
            ("c!=\"\"", &["x"], &[""]),
            ("at>=2020-01-01", &["2020-01-01 10:00", "2021-01-01"], &["2019-12-31", ""]),
            ("c=a=b", &["a=b"], &["a"]),
            ("c='=> 4'", &["=> 4"], &["4", "5"]),
            ("c=1,000", &["1,000"], &["1000"]),
            ("c>='1 x'", &["1 y", "2"], &["1 a"]),
            ("a b<c>d", &["b"], &["d"]),
            ("w>nan", &["north"], &["east"]),
        ] {
            let read = Filter::parse(filter).unwrap_or_else(|error| unreachable!("{filter}: {error}"));
            assert!(taken.iter().all(|value| read.takes(value)), "{filter}: {taken:?}");
            assert!(!left.iter().any(|value| read.takes(value)), "{filter}: {left:?}");
        }
        assert_eq!(Filter::parse(" photo width >= 1 ").map(|filter| filter.column), Ok("photo width".to_owned()));
    }

    #[test]
    fn what_is_no_filter_is_told_what_one_looks_like() {
        for text in [
            "",
            "width",
            "width>=",
            "width <  ",
            ">=1000",
            "  = 3",
            "!",
            "\x1b[2J",
            "w => 4",
            "w=<4",
            "c=~x",
            "w>==4",
            "w>=1,000",
            "w<10_000",
            "w > 1 000",
        ] {
            let why = Filter::parse(text).expect_err(text);
            assert!(why.contains("as in 'width>=1000'") && !why.contains('\x1b'), "{why}");
        }
    }

    proptest::proptest! {
        #[test]
        fn each_value_is_less_equal_or_more(value in "[0-9.e-]{1,6}|[a-z0-9 ]{1,6}", with in "[0-9.e-]{1,6}|[a-z0-9]{1,6}") {
            let takes = |sign: &str| Filter::parse(&format!("c{sign}{with}")).is_ok_and(|filter| filter.takes(&value));
            proptest::prop_assume!(!value.trim().is_empty());
            let one = [takes("<"), takes("="), takes(">")];
            let compares = is_number(value.trim()) || !is_number(&with);
            proptest::prop_assert_eq!(one.iter().filter(|one| **one).count(), usize::from(compares));
            proptest::prop_assert_eq!([takes("<="), takes("!="), takes(">=")], [one[0] || one[1], !one[1], one[1] || one[2]]);
        }

        #[test]
        fn any_text_is_a_filter_or_none(text in "\\PC{0,20}|[<>=! a\"']{0,8}", value in "\\PC{0,10}") {
            let _ = Filter::parse(&text).map(|filter| filter.takes(&value));
        }
    }
}
