//! What a file is for: it decides what may be in it, who may bring it, and who may see it.

use kernel::rights::Right;
use serde::{Deserialize, Serialize};

use crate::file_type::FileType;

/// Bytes in a mebibyte.
const MIB: u64 = 1024 * 1024;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A person's picture.
    Avatar,
    /// The picture of a car in a garage.
    VehicleImage,
    /// A picture of a listing.
    ListingPhoto,
    /// A dealer's picture.
    DealerLogo,
    /// A paper that shows that a dealer is one.
    DealerDocument,
    /// A paper behind an entry of a car's log.
    ServiceReceipt,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::Avatar,
        Self::VehicleImage,
        Self::ListingPhoto,
        Self::DealerLogo,
        Self::DealerDocument,
        Self::ServiceReceipt,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Avatar => "avatar",
            Self::VehicleImage => "vehicle_image",
            Self::ListingPhoto => "listing_photo",
            Self::DealerLogo => "dealer_logo",
            Self::DealerDocument => "dealer_document",
            Self::ServiceReceipt => "service_receipt",
        }
    }

    /// The purpose of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == word)
    }

    /// Types that are taken.
    pub const fn types(self) -> &'static [FileType] {
        match self {
            Self::Avatar | Self::VehicleImage | Self::ListingPhoto | Self::DealerLogo => FileType::PICTURES,
            Self::DealerDocument | Self::ServiceReceipt => &[FileType::Pdf, FileType::Jpeg, FileType::Png],
        }
    }

    /// Bytes at most, of a file of this type.
    pub const fn limit(self, of: FileType) -> u64 {
        match self {
            Self::Avatar | Self::VehicleImage | Self::ListingPhoto | Self::DealerLogo => 10 * MIB,
            Self::DealerDocument => 20 * MIB,
            Self::ServiceReceipt => match of {
                FileType::Pdf => 20 * MIB,
                FileType::Jpeg | FileType::Png | FileType::Gif | FileType::Webp => 10 * MIB,
            },
        }
    }

    /// Bytes at most, whatever the type.
    pub fn largest(self) -> u64 {
        let limits = self.types().iter().map(|of| self.limit(*of));
        limits.max().unwrap_or_default()
    }

    /// Shown to everybody who has its address, as a picture that was drawn anew. The others are kept as they came, and shown by
    /// signed links alone.
    pub const fn is_public(self) -> bool {
        match self {
            Self::Avatar | Self::VehicleImage | Self::ListingPhoto | Self::DealerLogo => true,
            Self::DealerDocument | Self::ServiceReceipt => false,
        }
    }

    /// The right at a dealer that one needs to bring it; none for what is one's own, or may be.
    pub const fn dealer_right(self) -> Option<Right> {
        match self {
            Self::Avatar | Self::VehicleImage | Self::ServiceReceipt => None,
            Self::ListingPhoto => Some(Right::ManageListings),
            Self::DealerLogo | Self::DealerDocument => Some(Right::EditDealer),
        }
    }
}
