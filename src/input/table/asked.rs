//! What the user has asked of all tables: where addresses are, which rows are taken. It must not know any table.

use super::filter::Filter;
use crate::display;

/// See the head of this file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    pub(super) column: Option<String>,
    pub(super) template: Option<String>,
    pub(super) set: Vec<(String, String)>,
    pub(super) filters: Vec<Filter>,
}

impl Asked {
    /// Reads what stands on a command line: the column that addresses are in, or a template that makes them with values
    /// that are `set` (`K=V`), and filters that all must let a row pass.
    ///
    /// # Errors
    /// Says in words, safe to show, what makes no sense.
    pub fn parse(
        column: Option<String>,
        template: Option<String>,
        set: &[String],
        filters: &[String],
    ) -> Result<Self, String> {
        if template.as_ref().is_some_and(|template| template.trim().is_empty()) {
            return Err("--template is empty: write an address with columns in it, as in {url}?w=1080".to_owned());
        }
        let pair = |text: &String| match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
            _ => Err(format!("--set `{}` gives no value: write NAME=VALUE, as in w=1080", display::safe(text))),
        };
        let set = set.iter().map(pair).collect::<Result<_, _>>()?;
        let filters = filters.iter().map(|filter| Filter::parse(filter)).collect::<Result<_, _>>()?;
        Ok(Self { column, template, set, filters })
    }

    /// True where nothing is asked for: then lists are what their names say.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The names that have a value in every row.
    pub fn set_names(&self) -> impl Iterator<Item = &str> {
        self.set.iter().map(|(name, _)| name.as_str())
    }
}
