//! Lists of cards: the stored text of each, put together. The document shows them as `ListingCardDto` and `StockCardDto`; a test
//! holds what is stored against that schema.

use std::fmt::Write as _;

use ::inventory::search::views::{Facets, Hit};
use actix_web::HttpRequest;
use kernel::error::Common;
use kernel::money::Money;
use kernel::paging::Page;

use super::dto::FacetsDto;
use crate::Core;
use crate::dto::MoneyDto;
use crate::page::link;

/// A page, its links, and facets where they are asked for.
pub(super) fn page(
    page: &Page<Hit>,
    facets: Option<&Facets>,
    request: &HttpRequest,
    core: &Core,
) -> Result<String, Common> {
    let link = |position: Option<&_>| json(&position.map(|position| link(position, request, core)));
    let mut body = cards(&page.items)?;
    body.push_str(",\"count\":");
    body.push_str(&json(&page.count)?);
    body.push_str(",\"next\":");
    body.push_str(&link(page.next.as_ref())?);
    body.push_str(",\"previous\":");
    body.push_str(&link(page.previous.as_ref())?);
    body.push_str(",\"facets\":");
    body.push_str(&json(&facets.map(FacetsDto::from))?);
    body.push('}');
    Ok(body)
}

/// A list that is told whole.
pub(super) fn all(hits: &[Hit]) -> Result<String, Common> {
    let mut body = cards(hits)?;
    write!(
        body,
        ",\"count\":{},\"next\":null,\"previous\":null}}",
        hits.len()
    )
    .map_err(|e| Common::internal(e.to_string()))?;
    Ok(body)
}

fn cards(hits: &[Hit]) -> Result<String, Common> {
    let mut body = String::with_capacity(hits.iter().map(|h| h.card.len() + 80).sum::<usize>() + 200);
    body.push_str("{\"results\":[");
    for (n, hit) in hits.iter().enumerate() {
        if n > 0 {
            body.push(',');
        }
        card(&mut body, hit)?;
    }
    body.push(']');
    Ok(body)
}

/// The stored object, with what depends on who asks and from where before its closing brace.
fn card(body: &mut String, hit: &Hit) -> Result<(), Common> {
    let stored = hit
        .card
        .strip_suffix('}')
        .ok_or_else(|| Common::internal("a card that is no object"))?;
    body.push_str(stored);
    body.push_str(",\"distance_km\":");
    match hit.distance {
        Some(metres) => write!(body, "{}.{:03}", metres / 1_000, metres % 1_000)
            .map_err(|e| Common::internal(e.to_string()))?,
        None => body.push_str("null"),
    }
    if let Some(staff) = &hit.staff {
        let money = |money: Option<Money>| json(&money.map(MoneyDto::from));
        body.push_str(",\"floor_price\":");
        body.push_str(&money(staff.floor_price)?);
        body.push_str(",\"cost\":");
        body.push_str(&money(staff.cost)?);
    }
    body.push('}');
    Ok(())
}

fn json(value: &impl serde::Serialize) -> Result<String, Common> {
    serde_json::to_string(value).map_err(|e| Common::internal(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_list_of_ready_cards_is_json() {
        let id: kernel::id::ListingId = "00000000-0000-7000-8000-000000000001".parse().unwrap();
        let hit = |distance| Hit {
            id,
            card: "{\"id\":1}".to_owned(),
            distance,
            staff: None,
        };
        let body = all(&[hit(None), hit(Some(12_034))]).unwrap();
        let value: Value = serde_json::from_str(&body).unwrap();
        let expected = json!({
            "results": [{"id": 1, "distance_km": null}, {"id": 1, "distance_km": 12.034}],
            "count": 2, "next": null, "previous": null
        });
        assert_eq!(value, expected);
    }
}
