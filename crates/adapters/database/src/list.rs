//! Pages of lists: one mechanism for all, by number and by cursor.
//!
//! A list says its [`ListSpec`] once: the fields that it can be ordered by, with their SQL. From it come the refusal of unknown
//! fields, `ORDER BY` with the id as last key, the keyset condition, and the cursor. An index for an ordered list must hold
//! the id as well: without it one list ran 13 times slower.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use kernel::Instant;
use kernel::error::Common;
use kernel::paging::{Page, PageRequest, Position, Sort};
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::db::Db;
use crate::fault;
use crate::sql::Sql;

/// The type of a field that a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// Whole numbers.
    Int,
    /// Floating point (distances, relevance).
    Real,
    /// Text, ordered by its bytes.
    Text,
    /// Instants.
    Instant,
    /// Days.
    Date,
    /// Ids.
    Uuid,
}

/// A field that a list can be ordered by.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its public name.
    pub name: &'static str,
    /// Its SQL, never null. May refer to columns of the query.
    pub sql: &'static str,
    /// Its type.
    pub of: FieldType,
}

/// What there is to know about a list's order.
#[derive(Clone, Copy, Debug)]
pub struct ListSpec {
    /// The fields it can be ordered by.
    pub fields: &'static [Field],
    /// Its own order: public name, and whether the largest comes first.
    pub default: &'static [(&'static str, bool)],
    /// SQL of the id, the last key of every order.
    pub id: &'static str,
}

/// A list query in parts. `select` and `from` are our own text; `filter` appends conditions, each starting with ` AND `.
pub struct ListQuery<'a, F: Fn(&mut Sql)> {
    /// Columns.
    pub select: &'a str,
    /// Tables and joins.
    pub from: &'a str,
    /// Conditions.
    pub filter: F,
    /// Tells one filter from another: a cursor of another filter is refused.
    pub filter_key: String,
}

impl ListSpec {
    /// The keys of the order asked for, the id last. Unknown fields are refused by name.
    fn keys(&self, sort: &[Sort]) -> Result<Vec<(Field, bool)>, Common> {
        let own: Vec<Sort>;
        let sort = if sort.is_empty() {
            own = self
                .default
                .iter()
                .map(|(field, descending)| Sort {
                    field: (*field).to_owned(),
                    descending: *descending,
                })
                .collect();
            &own
        } else {
            sort
        };
        let mut keys: Vec<(Field, bool)> = Vec::with_capacity(sort.len() + 1);
        for wanted in sort {
            let Some(field) = self.fields.iter().find(|f| f.name == wanted.field) else {
                let known: Vec<&str> = self.fields.iter().map(|f| f.name).collect();
                let message = format!(
                    "“{}” is none of {}",
                    kernel::text::excerpt(&wanted.field),
                    known.join(", ")
                );
                return Err(Common::invalid("ordering", "unknown_ordering", message));
            };
            if !keys.iter().any(|(known, _)| known.name == field.name) {
                keys.push((*field, wanted.descending));
            }
        }
        // The id follows the direction of the key before it, so that one index serves forwards and backwards.
        let direction = keys.last().is_some_and(|(_, descending)| *descending);
        keys.push((
            Field {
                name: "id",
                sql: self.id,
                of: FieldType::Uuid,
            },
            direction,
        ));
        Ok(keys)
    }

    /// Reads a page.
    pub async fn page<T, F: Fn(&mut Sql)>(
        &self,
        db: &Db,
        request: &PageRequest,
        query: &ListQuery<'_, F>,
        read: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Page<T>, Common> {
        let keys = self.keys(&request.sort)?;
        let hash = order_hash(&keys, &query.filter_key);
        let mut sql = db.sql();
        sql.push("SELECT ").push(query.select);
        let cursor = match &request.position {
            Position::Cursor(text) => Some(Cursor::parse(text, &hash)?),
            Position::Page(_) => None,
        };
        if cursor.is_some() {
            for (n, (field, _)) in keys.iter().enumerate() {
                sql.push(", ").push(field.sql).push(" AS k").push(&n.to_string());
            }
        }
        sql.push(" FROM ").push(query.from).push(" WHERE 1 = 1");
        (query.filter)(&mut sql);
        let backwards = cursor.as_ref().is_some_and(|c| c.backwards);
        if let Some(cursor) = cursor.as_ref().filter(|c| !c.keys.is_empty()) {
            cursor.condition(&mut sql, &keys)?;
        }
        sql.push(" ORDER BY ");
        for (n, (field, descending)) in keys.iter().enumerate() {
            sql.push(if n > 0 { ", " } else { "" }).push(field.sql);
            sql.push(if *descending == backwards { " ASC" } else { " DESC" });
        }
        // Written out, not bound: while it doesn't know the limit, PostgreSQL plans the statement anew each time, and that takes
        // longer than running it.
        let limit = i64::from(request.size) + 1;
        sql.push(" LIMIT ").push(&limit.to_string());
        if let Position::Page(page @ 2..) = request.position {
            sql.push(" OFFSET ")
                .bind(i64::from(page.saturating_sub(1)) * i64::from(request.size));
        }
        let mut rows = db.all(sql).await?;
        let size = usize::try_from(request.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        if backwards {
            rows.reverse();
        }
        let (next, previous) = match &cursor {
            None => {
                let Position::Page(page) = request.position else {
                    return Err(Common::internal("a page without a number"));
                };
                (
                    more.then(|| Position::Page(page.saturating_add(1))),
                    (page > 1).then(|| Position::Page(page - 1)),
                )
            }
            Some(cursor) => {
                let at = |row: Option<&QueryResult>, backwards| {
                    row.map(|row| {
                        Cursor::at(row, &keys, &hash, backwards).map(|c| Position::Cursor(c.to_text()))
                    })
                    .transpose()
                };
                let first_page = cursor.keys.is_empty();
                let has_next = if backwards { true } else { more };
                let has_previous = if backwards { more } else { !first_page };
                let next = if has_next {
                    at(rows.last(), false)
                } else {
                    Ok(None)
                };
                let previous = if has_previous {
                    at(rows.first(), true)
                } else {
                    Ok(None)
                };
                (
                    next.map_err(|e| fault::common(&e))?,
                    previous.map_err(|e| fault::common(&e))?,
                )
            }
        };
        let count = if request.count {
            Some(self.count(db, query).await?)
        } else {
            None
        };
        let items = rows
            .iter()
            .map(read)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| fault::common(&e))?;
        Ok(Page {
            items,
            count,
            next,
            previous,
        })
    }

    /// How many rows the whole list has.
    pub async fn count<F: Fn(&mut Sql)>(&self, db: &Db, query: &ListQuery<'_, F>) -> Result<u64, Common> {
        let mut sql = db.sql();
        sql.push("SELECT COUNT(*) FROM ")
            .push(query.from)
            .push(" WHERE 1 = 1");
        (query.filter)(&mut sql);
        let row = db.one(sql).await?;
        let count: i64 = row
            .map_or(Ok(0), |row| row.try_get_by_index(0))
            .map_err(|e| fault::common(&e))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

fn order_hash(keys: &[(Field, bool)], filter: &str) -> String {
    let mut hash = Sha256::new();
    for (field, descending) in keys {
        hash.update(field.name);
        hash.update([u8::from(*descending)]);
    }
    hash.update([0]);
    hash.update(filter);
    URL_SAFE_NO_PAD.encode(hash.finalize().get(..6).unwrap_or_default())
}

/// Where in an order: the keys of the row that the page starts behind (or ends before).
#[derive(Serialize, Deserialize)]
struct Cursor {
    #[serde(rename = "h")]
    hash: String,
    #[serde(rename = "k")]
    keys: Vec<Value>,
    #[serde(rename = "b", default)]
    backwards: bool,
}

impl Cursor {
    fn parse(text: &str, hash: &str) -> Result<Self, Common> {
        if text.is_empty() {
            return Ok(Self {
                hash: hash.to_owned(),
                keys: Vec::new(),
                backwards: false,
            });
        }
        let cursor: Option<Self> = URL_SAFE_NO_PAD
            .decode(text)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        match cursor {
            Some(cursor) if cursor.hash == hash && !cursor.keys.is_empty() => Ok(cursor),
            Some(_) => Err(Common::invalid(
                "cursor",
                "cursor_mismatch",
                "this cursor is of another ordering or filter: start again with an empty one",
            )),
            None => Err(Common::invalid(
                "cursor",
                "malformed_cursor",
                "this is no cursor of ours: take the one in next or previous, or start with an empty one",
            )),
        }
    }

    fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn at(row: &QueryResult, keys: &[(Field, bool)], hash: &str, backwards: bool) -> Result<Self, DbErr> {
        let mut values = Vec::with_capacity(keys.len());
        for (n, (field, _)) in keys.iter().enumerate() {
            let column = format!("k{n}");
            values.push(match field.of {
                FieldType::Int => Value::from(row.try_get::<i64>("", &column)?),
                FieldType::Real => Value::from(row.try_get::<f64>("", &column)?),
                FieldType::Text => Value::from(row.try_get::<String>("", &column)?),
                FieldType::Instant => Value::from(row.try_get::<Instant>("", &column)?.to_rfc3339()),
                FieldType::Date => Value::from(row.try_get::<NaiveDate>("", &column)?.to_string()),
                FieldType::Uuid => Value::from(row.try_get::<Uuid>("", &column)?.to_string()),
            });
        }
        Ok(Self {
            hash: hash.to_owned(),
            keys: values,
            backwards,
        })
    }

    /// `(a, b) > (x, y)` in the directions of the keys. Where all directions agree it is one row comparison, which both databases
    /// answer from an index; else it is spelled out, with a bound on the first key for the index.
    fn condition(&self, sql: &mut Sql, keys: &[(Field, bool)]) -> Result<(), Common> {
        let malformed = || {
            Common::invalid(
                "cursor",
                "malformed_cursor",
                "this is no cursor of ours: start with an empty one",
            )
        };
        if self.keys.len() != keys.len() {
            return Err(malformed());
        }
        let values = keys
            .iter()
            .zip(&self.keys)
            .map(|((field, _), value)| key_value(field.of, value))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(malformed)?;
        let sign = |descending: bool| {
            if descending == self.backwards {
                " > "
            } else {
                " < "
            }
        };
        let first = keys.first().is_some_and(|(_, d)| *d);
        if keys.iter().all(|(_, descending)| *descending == first) {
            sql.push(" AND (")
                .push(&keys.iter().map(|(f, _)| f.sql).collect::<Vec<_>>().join(", "))
                .push(")")
                .push(sign(first))
                .push("(");
            sql.bind_all(values).push(")");
            return Ok(());
        }
        sql.push(" AND (");
        for n in 0..keys.len() {
            sql.push(if n > 0 { " OR (" } else { "(" });
            for (m, ((field, descending), value)) in keys.iter().zip(&values).take(n + 1).enumerate() {
                sql.push(if m > 0 { " AND " } else { "" }).push(field.sql);
                sql.push(if m == n { sign(*descending) } else { " = " })
                    .bind(value.clone());
            }
            sql.push(")");
        }
        sql.push(")");
        if let (Some((field, descending)), Some(value)) = (keys.first(), values.into_iter().next()) {
            let bound = if *descending == self.backwards {
                " >= "
            } else {
                " <= "
            };
            sql.push(" AND ").push(field.sql).push(bound).bind(value);
        }
        Ok(())
    }
}

fn key_value(of: FieldType, value: &Value) -> Option<sea_orm::Value> {
    Some(match of {
        FieldType::Int => value.as_i64()?.into(),
        FieldType::Real => value.as_f64()?.into(),
        FieldType::Text => value.as_str()?.into(),
        FieldType::Instant => {
            Instant::from(chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok()?).into()
        }
        FieldType::Date => value.as_str()?.parse::<NaiveDate>().ok()?.into(),
        FieldType::Uuid => Uuid::try_parse(value.as_str()?).ok()?.into(),
    })
}
