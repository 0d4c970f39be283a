//! `forecourt import` as its user meets it: the program itself, on a database that `forecourt demo` has filled.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Write as _;
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use tempfile::TempDir;
use test_databases::{Backend, TestDatabase};

/// The program, its database and its folder.
struct Program {
    database: TestDatabase,
    folder: TempDir,
    dealer: String,
    site: String,
}

impl Program {
    async fn with_demo(backend: Backend) -> Self {
        let mut program = Self {
            database: TestDatabase::fresh(backend).await,
            folder: tempfile::tempdir().unwrap(),
            dealer: String::new(),
            site: String::new(),
        };
        let demo = program.run(&["demo", "--json"]);
        assert!(demo.status.success(), "{demo:?}");
        let demo: Value = serde_json::from_slice(&demo.stdout).unwrap();
        let id = |of: &str| demo[of][0]["id"].as_str().unwrap().to_owned();
        (program.dealer, program.site) = (id("dealers"), id("sites"));
        program
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_forecourt"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("DATABASE_URL", &self.database.url)
            .env("FORECOURT_DATABASE_WAIT_MS", "30000")
            .env("FORECOURT_LOG", "warn")
            .output()
            .unwrap()
    }

    /// Imports a file for the first dealer: exit status, standard output, standard error.
    fn import(&self, file: &str, more: &[&str]) -> (i32, String, String) {
        let mut arguments = vec![
            "import",
            "listings",
            file,
            "--dealer",
            &self.dealer,
            "--site",
            &self.site,
        ];
        arguments.extend(more);
        let output = self.run(&arguments);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (
            output.status.code().unwrap(),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    fn write(&self, name: &str, content: &[u8]) {
        std::fs::write(self.folder.path().join(name), content).unwrap();
    }
}

const GOOD: &str = "price,brand,model,year,VIN No.,condition\n\
    6300,toyota,cruiser,2008,  jtezu11f88k007763,10 days left\n\
    2899,ford,se,2011,2fmdk3gc4bbb02217,6 days left\n";
const FOREIGN: [&str; 4] = ["--map", "vin=VIN No.,condition=", "--default", "condition=used"];

#[tokio::test]
async fn the_command_takes_files_in_on_sqlite() {
    the_command_takes_files_in(Backend::Sqlite).await;
}

#[tokio::test]
async fn the_command_takes_files_in_on_postgres() {
    the_command_takes_files_in(Backend::Postgres).await;
}

async fn the_command_takes_files_in(backend: Backend) {
    let program = Program::with_demo(backend).await;
    program.write("good.csv", GOOD.as_bytes());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed
        .write_all(format!("{GOOD}0,kia,rio,2015,short,x\n").as_bytes())
        .unwrap();
    program.write("bad.csv.gz", &packed.finish().unwrap());

    all_rows_taken(&program);
    some_rows_refused(&program);
    errors_are_told(&program);
}

fn all_rows_taken(program: &Program) {
    let dry: Vec<&str> = FOREIGN.into_iter().chain(["--dry-run"]).collect();
    let (status, told, _) = program.import("good.csv", &dry);
    assert_eq!(status, 0);
    assert!(
        told.starts_with("2 rows would give: 2 new, 0 changed, 0 as they were, 0 refused."),
        "{told}"
    );
    let active: Vec<&str> = FOREIGN.into_iter().chain(["--status", "active"]).collect();
    let (status, told, shown) = program.import("good.csv", &active);
    assert_eq!(status, 0, "{shown}");
    assert!(
        told.starts_with("2 rows: 2 new, 0 changed, 0 as they were, 0 refused."),
        "{told}"
    );
    assert!(told.contains("/api/v1/listings/import/"), "{told}");
    assert!(shown.is_empty(), "no progress bar where nobody looks: {shown}");
    let (status, told, _) = program.import("good.csv", &FOREIGN);
    assert_eq!(status, 0);
    assert!(told.contains("2 as they were"), "{told}");
    assert!(told.contains("Nothing had to be written."), "{told}");
}

fn some_rows_refused(program: &Program) {
    let strict: Vec<&str> = FOREIGN.into_iter().chain(["--mode", "strict"]).collect();
    let (status, told, _) = program.import("bad.csv.gz", &strict);
    assert_eq!(status, 2);
    assert!(told.contains("the file is refused as a whole"), "{told}");
    assert!(
        told.contains("0 new, 0 changed, 0 as they were, 2 left out, 1 refused."),
        "{told}"
    );
    let reported: Vec<&str> = FOREIGN.into_iter().chain(["--report", "report.csv"]).collect();
    let (status, told, _) = program.import("bad.csv.gz", &reported);
    assert_eq!(status, 2);
    assert!(told.contains("2 as they were, 1 refused."), "{told}");
    assert!(
        told.contains("vin vin_length: 1 row, the first is row 4"),
        "{told}"
    );
    let report = std::fs::read_to_string(program.folder.path().join("report.csv")).unwrap();
    let lines: Vec<&str> = report.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "row,vin,action,column,code,message,changed,listing_id,undone"
    );
    assert!(lines[1].starts_with("2,JTEZU11F88K007763,unchanged,"), "{report}");
    let codes: Vec<&str> = lines[3..]
        .iter()
        .filter_map(|line| line.split(',').nth(4))
        .collect();
    assert_eq!(codes, ["vin_length", "not_positive"]);
    let (status, told, _) = program.import("good.csv", &["--map", "vin=VIN No."]);
    assert_eq!(status, 2);
    assert!(told.contains("--map condition= leaves that column out"), "{told}");
}

fn errors_are_told(program: &Program) {
    for (file, more, said) in [
        ("none.csv", vec![], "none.csv can't be opened"),
        (".", vec![], ". can't be read"),
        (
            "good.csv",
            vec!["--map", "colour=Farbe"],
            "--map: “colour” is none of our columns",
        ),
        (
            "good.csv",
            vec!["--map", "vin=Chassis"],
            "vin is mapped on “Chassis”",
        ),
        (
            "good.csv",
            vec!["--default", "used"],
            "--default: “used” is not of the form",
        ),
        ("good.csv", vec!["--mode", "quick"], "--mode"),
    ] {
        let (status, _, shown) = program.import(file, &more);
        assert_eq!(status, 1, "{shown}");
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let output = program.run(&[
        "import",
        "listings",
        "good.csv",
        "--dealer",
        &program.site,
        "--site",
        &program.site,
    ]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        shown.contains(&format!("there is no dealer {}", program.site)),
        "{shown}"
    );
    let dealer = program.dealer.as_str();
    let output = program.run(&[
        "import", "listings", "good.csv", "--dealer", dealer, "--site", dealer,
    ]);
    let shown = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(shown.contains(&format!("has no site {dealer}")), "{shown}");
}
