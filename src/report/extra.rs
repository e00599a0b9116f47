//! The columns that tables add to a report, behind its own. Pure.

use super::row::{COLUMNS, Value};

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Extra(Vec<String>);

impl Extra {
    /// A name that the report has already is told from it by `table_` before it.
    pub(super) fn new(columns: &[String]) -> Self {
        let mut names: Vec<String> = Vec::new();
        for column in columns {
            let mut name = column.clone();
            while COLUMNS.contains(&&*name) || names.contains(&name) || *column != name && columns.contains(&name) {
                name.insert_str(0, "table_");
            }
            names.push(name);
        }
        Self(names)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// A value for each of them, as a job has brought them along.
    pub(super) fn values(&self, brought: Option<&str>) -> Vec<Value> {
        let brought: Option<Vec<Option<String>>> = brought.and_then(|brought| serde_json::from_str(brought).ok());
        let mut values: Vec<Value> = brought.into_iter().flatten().map(Value::from).collect();
        values.resize(self.0.len(), Value::Null);
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice() {
        let columns = ["photo_id", "width", "table_width", "url", "a,b"].map(str::to_owned);
        let extra = Extra::new(&columns);
        assert_eq!(
            extra.names().collect::<Vec<_>>(),
            ["photo_id", "table_table_width", "table_width", "table_url", "a,b"]
        );
    }

    #[test]
    fn there_is_a_value_for_each() {
        let extra = Extra::new(&["a", "b"].map(str::to_owned));
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(extra.values(Some("[\"x\\n\",null]")), [text("x\n"), Value::Null]);
        assert_eq!(extra.values(None), [Value::Null, Value::Null]);
    }
}
