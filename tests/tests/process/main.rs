//! Faults, with the program as a process of its own: killed, asked to end, cut off from its database, its mail server away.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use forecourt_tests::journeys::{self, Journey, journey};
use test_databases::Backend;

mod away;
mod crash;
mod demo;
mod endings;
mod keys;
mod letters;
mod persons;
mod phones;
mod program;
mod proxy;
mod sink;
mod stage;
mod starts;
mod workers;

const JOURNEYS: &[Journey] = &[
    journey!(crash::nothing_acknowledged_is_lost_when_the_server_is_killed),
    journey!(starts::an_idempotency_key_outlives_a_restart),
    journey!(
        starts::one_server_at_a_time_works_on_a_sqlite_file,
        Backend::Sqlite
    ),
    journey!(starts::two_servers_share_a_postgres_database, Backend::Postgres),
    journey!(starts::one_node_answers_and_another_works, Backend::Postgres),
    journey!(
        starts::nodes_with_a_part_of_the_work_need_postgres,
        Backend::Sqlite
    ),
    journey!(starts::a_taken_port_is_told_and_ends_the_start),
    journey!(
        workers::two_workers_share_the_queue_and_one_goes_on_when_the_other_is_killed,
        Backend::Postgres
    ),
    journey!(endings::sigterm_drains_and_loses_nothing),
    journey!(
        away::the_server_resumes_by_itself_when_the_database_comes_back,
        Backend::Postgres
    ),
    journey!(away::a_database_that_falls_silent_hangs_nobody, Backend::Postgres),
    journey!(
        keys::a_revoked_key_is_refused_within_five_seconds_on_every_node,
        Backend::Postgres
    ),
    journey!(keys::an_api_key_is_in_no_log),
    journey!(demo::the_demo_has_pictures_and_negotiations),
    journey!(starts::a_wrong_setting_ends_the_start, Backend::Sqlite),
    journey!(starts::a_node_without_its_files_is_not_ready),
    journey!(persons::an_erased_person_is_nowhere),
    journey!(letters::a_letter_waits_for_its_server),
    journey!(letters::a_letter_refused_for_good_is_kept_and_sent_when_an_operator_says_so),
];

fn main() {
    server::install_crypto();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/process");
    journeys::run(folder, JOURNEYS, Vec::new());
}
