//! Who is in the demo.

use ::dealers::staff::StaffMember;
use identity::secret::Secret;
use identity::use_cases::CreateAccount;
use identity::user::PlatformRole;
use kernel::id::UserId;

use super::{SignInLine, Stage};

/// Given and family names, in the order in which they are handed out.
const NAMES: &[(&str, &str)] = &[
    ("Ada", "Whitfield"),
    ("Marcus", "Okafor"),
    ("Irene", "Castellano"),
    ("Dwight", "Palmer"),
    ("Lena", "Novak"),
    ("Theo", "Brandt"),
    ("Priya", "Raman"),
    ("Hank", "Sorensen"),
    ("Gloria", "Mendez"),
    ("Samuel", "Adeyemi"),
    ("Nora", "Lindqvist"),
    ("Victor", "Chen"),
    ("Rosa", "Delgado"),
    ("Jamal", "Turner"),
    ("Karen", "Yamamoto"),
    ("Felix", "Moreau"),
    ("Alice", "Hartman"),
    ("Ben", "Osei"),
    ("Chloe", "Ramirez"),
    ("David", "Kowalski"),
    ("Emma", "Fitzgerald"),
    ("Farid", "Haddad"),
    ("Grace", "Nakamura"),
    ("Hugo", "Petersen"),
    ("Isla", "McAllister"),
    ("Jonas", "Weber"),
    ("Kira", "Volkova"),
    ("Liam", "Donnelly"),
];

/// How many customers there are.
const CUSTOMERS: usize = 12;

/// Opens accounts, and notes their sign-ins.
pub(super) struct Accounts<'a> {
    stage: &'a Stage<'a>,
    names: std::slice::Iter<'static, (&'static str, &'static str)>,
    pub(super) lines: Vec<SignInLine>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(stage: &'a Stage<'a>) -> Self {
        Self {
            stage,
            names: NAMES.iter(),
            lines: Vec::new(),
        }
    }

    /// Nobody can guess it, and it is shown once.
    fn password(&self) -> String {
        let mut bytes = [0_u8; 8];
        self.stage.ground.random.fill(&mut bytes);
        let number = u64::from_be_bytes(bytes);
        format!("demo-{:08x}-{:08x}", number >> 32, number & 0xffff_ffff)
    }

    async fn open(
        &mut self,
        address: &str,
        role: PlatformRole,
        shown: &'static str,
        hours_ago: i64,
    ) -> anyhow::Result<UserId> {
        let (first, last) = self.names.next().copied().unwrap_or(("Pat", "Doe"));
        let password = self.password();
        let email = if address.is_empty() {
            format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase())
        } else {
            address.to_owned()
        };
        let form = CreateAccount {
            email: email.clone(),
            password: Secret::new(password.clone()),
            first_name: first.to_owned(),
            last_name: last.to_owned(),
            platform_role: role,
        };
        let identity = &self.stage.services.identity.identity;
        let user = identity
            .create_account(&self.stage.house(hours_ago), &form)
            .await?;
        self.lines.push(SignInLine {
            email,
            password,
            roles: vec![shown],
            dealer_id: None,
            site_ids: None,
            name: format!("{first} {last}"),
        });
        Ok(user.id)
    }

    /// Runs the platform.
    pub(super) async fn admin(&mut self) -> anyhow::Result<UserId> {
        self.open("admin@example.com", PlatformRole::Admin, "admin", 24 * 200)
            .await
    }

    /// Somebody who is to work for a dealer.
    pub(super) async fn colleague(&mut self, address: &str, role: &'static str) -> anyhow::Result<UserId> {
        self.open(address, PlatformRole::Customer, role, 24 * 190).await
    }

    /// Notes where the colleague who was opened last works.
    pub(super) fn works(&mut self, member: &StaffMember) {
        if let Some(line) = self.lines.last_mut() {
            line.dealer_id = Some(member.dealer.uuid());
            line.site_ids = Some(member.sites.iter().map(kernel::id::SiteId::uuid).collect());
        }
    }

    /// People who look for a car.
    pub(super) async fn customers(&mut self) -> anyhow::Result<Vec<UserId>> {
        let mut users = Vec::new();
        for n in 0..CUSTOMERS {
            let hours_ago = 24 * (150 - 10 * i64::try_from(n)?);
            users.push(
                self.open("", PlatformRole::Customer, "customer", hours_ago)
                    .await?,
            );
        }
        Ok(users)
    }
}
