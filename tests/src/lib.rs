//! Journeys, tables of rights and faults of the whole product
