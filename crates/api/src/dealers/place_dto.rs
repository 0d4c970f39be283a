//! Addresses.

use ::dealers::address::{Address, AddressDraft, AddressPatch};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "line1": "1 Main Street", "line2": null, "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"
}))]
pub(super) struct AddressDto {
    /// Street and number.
    #[schema(min_length = 1, max_length = 200)]
    line1: String,
    /// Suite, floor, building.
    #[serde(default)]
    #[schema(max_length = 200)]
    line2: Option<String>,
    /// Town.
    #[schema(min_length = 1, max_length = 100)]
    city: String,
    /// State, province or region.
    #[serde(default)]
    #[schema(max_length = 100)]
    state: Option<String>,
    /// Postal code.
    #[schema(min_length = 1, max_length = 20)]
    postal_code: String,
    /// ISO 3166-1, two letters.
    #[schema(pattern = "^[A-Z]{2}$")]
    country: String,
}

impl From<&Address> for AddressDto {
    fn from(address: &Address) -> Self {
        Self {
            line1: address.line1.clone(),
            line2: address.line2.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            postal_code: address.postal_code.clone(),
            country: address.country.clone(),
        }
    }
}

impl From<AddressDto> for AddressDraft {
    fn from(dto: AddressDto) -> Self {
        Self {
            line1: dto.line1,
            line2: dto.line2,
            city: dto.city,
            state: dto.state,
            postal_code: dto.postal_code,
            country: dto.country,
        }
    }
}

/// Changes to an address.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[derive(Default)]
pub(super) struct AddressPatchDto {
    /// Street and number.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    line1: Patch<String>,
    /// Suite, floor, building.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    line2: Patch<String>,
    /// Town.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    city: Patch<String>,
    /// State, province or region.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100)]
    state: Patch<String>,
    /// Postal code.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    postal_code: Patch<String>,
    /// ISO 3166-1, two letters.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{2}$")]
    country: Patch<String>,
}

impl From<AddressPatchDto> for AddressPatch {
    fn from(dto: AddressPatchDto) -> Self {
        Self {
            line1: dto.line1,
            line2: dto.line2,
            city: dto.city,
            state: dto.state,
            postal_code: dto.postal_code,
            country: dto.country,
        }
    }
}
