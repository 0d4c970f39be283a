//! The list of holdings, against the schema.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, Database, Statement};
use test_databases::{Backend, TestDatabase};

use super::holdings::{Erase, IMPERSONAL, holdings};

async fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let database = TestDatabase::fresh(Backend::Sqlite).await;
    let db = Database::connect(&database.url).await.unwrap();
    let all = async |sql: String| {
        let backend = db.get_database_backend();
        db.query_all_raw(Statement::from_string(backend, sql))
            .await
            .unwrap()
    };
    let mut schema = BTreeMap::new();
    // The words of the full-text index are those of listings.
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'listing_words%'";
    for row in all(tables.to_owned()).await {
        let table: String = row.try_get("", "name").unwrap();
        let columns = all(format!("SELECT name FROM pragma_table_info('{table}')")).await;
        let names = columns.iter().map(|column| column.try_get("", "name").unwrap());
        schema.insert(table, names.collect());
    }
    schema
}

#[tokio::test]
async fn every_column_about_people_is_told_or_has_a_reason() {
    let schema = schema().await;
    let mut known: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for holding in holdings() {
        let columns = known.entry(holding.table).or_default();
        columns.extend(holding.told.iter().map(|(column, _)| (*column).to_owned()));
        columns.extend(holding.untold.iter().map(|column| (*column).to_owned()));
        if let Erase::Overwrite(overwritten) = holding.erase {
            for (column, _) in overwritten {
                assert!(
                    schema[holding.table].contains(*column),
                    "{}.{column} is to be overwritten, and is not there",
                    holding.table
                );
            }
        }
    }
    for (table, columns) in &schema {
        let impersonal = IMPERSONAL.iter().any(|(name, _)| name == table);
        match known.get(table.as_str()) {
            Some(said) => {
                assert!(!impersonal, "{table} is in both lists");
                assert_eq!(
                    said, columns,
                    "{table}: say of each column whether its person is told"
                );
            }
            None => assert!(
                impersonal,
                "{table} is in neither list: does it say anything of people?"
            ),
        }
    }
    for (table, _) in IMPERSONAL {
        assert!(schema.contains_key(*table), "{table} is not there any more");
    }
}
