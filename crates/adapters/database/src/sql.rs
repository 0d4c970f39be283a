//! SQL with values, one text for both databases.

use sea_orm::{DbBackend, Statement, Value};

/// SQL under construction. Values are bound, never written into the text.
///
/// ```
/// use forecourt_database::sql::Sql;
/// let mut sql = Sql::new(sea_orm::DbBackend::Postgres);
/// sql.push("SELECT id FROM users WHERE email = ").bind("ann@example.com").push(" AND active = ").bind(true);
/// assert_eq!(sql.text(), "SELECT id FROM users WHERE email = $1 AND active = $2");
/// ```
#[derive(Clone, Debug)]
pub struct Sql {
    backend: DbBackend,
    text: String,
    values: Vec<Value>,
}

impl Sql {
    /// Nothing yet.
    pub fn new(backend: DbBackend) -> Self {
        Self {
            backend,
            text: String::with_capacity(256),
            values: Vec::new(),
        }
    }

    /// Appends text of ours. Never text from outside.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a placeholder for `value`.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        if self.is_postgres() {
            self.text.push('$');
            self.text.push_str(&self.values.len().to_string());
        } else {
            self.text.push('?');
        }
        self
    }

    /// Appends placeholders for `values`, separated by commas; `NULL` when there is none, so that `IN (…)` holds for nothing.
    pub fn bind_all<V: Into<Value>>(&mut self, values: impl IntoIterator<Item = V>) -> &mut Self {
        let mut empty = true;
        for value in values {
            if !empty {
                self.text.push_str(", ");
            }
            empty = false;
            self.bind(value);
        }
        if empty {
            self.text.push_str("NULL");
        }
        self
    }

    /// Is it for PostgreSQL?
    pub fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// The text so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statement, ready to run.
    pub fn into_statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}
