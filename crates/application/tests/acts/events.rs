//! The registry of events.

use std::collections::BTreeSet;
use std::path::Path;

use application::events;
use dealers::dealer::Step as DealerStep;
use forecourt_application as application;
use negotiation::notice::Occasion as Talk;
use sales::notice::Occasion as Sale;
use scheduling::notice::Occasion as Drive;

#[test]
fn every_family_is_read_and_every_example_fits_its_schema() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("events");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let family: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for name in family["events"].as_object().unwrap().keys() {
            assert!(names.insert(name.clone()), "{name} is in two families");
            assert!(
                events::known(name).is_some(),
                "{name} of {} is not in the registry",
                path.display()
            );
        }
    }
    assert_eq!(names.len(), events::all().len());
    for event in events::all() {
        let schema = jsonschema::options()
            .should_validate_formats(true)
            .build(&event.schema)
            .unwrap();
        let wrong: Vec<String> = schema
            .iter_errors(&event.example)
            .map(|e| format!("{}: {e}", e.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{}: {wrong:?}", event.name);
        assert_eq!(event.schema["additionalProperties"], false, "{}", event.name);
    }
}

#[test]
fn the_registry_knows_every_event_of_the_closed_lists() {
    let talks = Talk::all().map(Talk::name);
    let drives = Drive::ALL.iter().map(|occasion| occasion.name());
    let dealers = DealerStep::ALL.iter().map(|step| step.event());
    let sales = Sale::ALL.iter().map(|occasion| occasion.name());
    for name in talks.chain(drives).chain(dealers).chain(sales) {
        assert!(events::known(name).is_some(), "{name} is not in the registry");
    }
}

#[test]
fn what_no_act_tells_is_not_known() {
    assert!(events::known("booking").is_none());
    assert!(events::known("").is_none());
}
