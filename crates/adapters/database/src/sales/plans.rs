//! Commission plans.

use ::sales::Error;
use ::sales::commission::plan::{Plan, PlanDetails};
use ::sales::ports::{PlanFacts, Plans};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{CommissionPlanId, DealerId, Id, StaffId};
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{Columns, get, id, insert, json_of, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// Commission plans in the database.
#[derive(Clone)]
pub struct SqlPlans {
    db: Db,
}

impl SqlPlans {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A dealer's plans. Indexes: `commission_plans_dealer`, `commission_plans_made`.
const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "effective_from",
            sql: "p.effective_from",
            of: FieldType::Date,
        },
        Field {
            name: "created_at",
            sql: "p.created_at",
            of: FieldType::Instant,
        },
    ],
    default: &[("effective_from", true)],
    id: "p.id",
};

/// The columns of a plan, of the table alias `p`.
pub(super) const COLUMNS: &str = "p.id, p.dealer_id, p.staff_id, p.name, p.effective_from, p.terms, p.created_at, \
     p.updated_at, p.version";

/// Reads a plan.
pub(super) fn plan(row: &QueryResult) -> Result<Plan, DbErr> {
    Ok(Plan {
        id: id(row, "id")?,
        dealer: id(row, "dealer_id")?,
        details: PlanDetails {
            name: get(row, "name")?,
            effective_from: get(row, "effective_from")?,
            staff: get::<Option<Uuid>>(row, "staff_id")?.map(Id::from_uuid),
            terms: json_of(row, "terms")?,
        },
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

fn changing(plan: &Plan) -> Result<Columns, Common> {
    let details = &plan.details;
    let terms = serde_json::to_value(&details.terms).map_err(|e| Common::internal(e.to_string()))?;
    let currency = details
        .terms
        .currency()
        .map(|currency| currency.code().to_owned());
    Ok(vec![
        ("staff_id", details.staff.map(|staff| staff.uuid()).into()),
        ("name", details.name.clone().into()),
        ("effective_from", details.effective_from.into()),
        ("currency", currency.into()),
        ("terms", terms.into()),
        ("updated_at", plan.updated_at.into()),
        ("version", plan.version.into()),
    ])
}

async fn member_known(tx: &Tx, dealer: DealerId, staff: Option<StaffId>) -> Result<bool, DbErr> {
    let Some(staff) = staff else { return Ok(true) };
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM staff WHERE id = ").bind(staff.uuid());
    sql.push(" AND dealer_id = ").bind(dealer.uuid());
    Ok(tx.one(sql).await?.is_some())
}

async fn make_in(
    tx: &Tx,
    dealer: DealerId,
    details: &PlanDetails,
    decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
) -> Result<(Plan, Record), Stop<Error>> {
    if !tx.lock("dealers", dealer.uuid()).await? {
        return Err(Common::absent("dealer").into());
    }
    let facts = PlanFacts {
        plan: None,
        member_known: member_known(tx, dealer, details.staff).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    let mut columns: Columns = vec![
        ("id", plan.id.uuid().into()),
        ("dealer_id", plan.dealer.uuid().into()),
        ("created_at", plan.created_at.into()),
    ];
    columns.extend(changing(plan)?);
    insert(tx, "commission_plans", columns).await?;
    Ok((decision.answer, decision.record))
}

async fn change_in(
    tx: &Tx,
    id: CommissionPlanId,
    staff: Option<StaffId>,
    decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
) -> Result<(Plan, Record), Stop<Error>> {
    tx.lock("commission_plans", id.uuid()).await?;
    let row = tx.one(select_one(tx.sql(), id)).await?;
    let found = row.ok_or(Common::absent("commission plan"))?;
    let found = plan(&found)?;
    let facts = PlanFacts {
        member_known: member_known(tx, found.dealer, staff).await?,
        plan: Some(found),
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    update(tx, "commission_plans", changing(&decision.plan)?, "id", id.uuid()).await?;
    Ok((decision.answer, decision.record))
}

fn select_one(mut sql: Sql, id: CommissionPlanId) -> Sql {
    sql.push("SELECT ").push(COLUMNS);
    sql.push(" FROM commission_plans p WHERE p.id = ").bind(id.uuid());
    sql
}

#[async_trait]
impl Plans for SqlPlans {
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        details: &PlanDetails,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = make_in(&tx, dealer, details, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        plan: CommissionPlanId,
        staff: Option<StaffId>,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, plan, staff, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, id: CommissionPlanId) -> Result<Option<Plan>, Error> {
        let row = self.db.one(select_one(self.db.sql(), id)).await?;
        let found = row.as_ref().map(plan).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<Plan>, Error> {
        let query = ListQuery {
            select: COLUMNS,
            from: "commission_plans p",
            filter: |sql: &mut Sql| {
                sql.push(" AND p.dealer_id = ").bind(dealer.uuid());
            },
            filter_key: dealer.to_string(),
        };
        Ok(LIST.page(&self.db, page, &query, plan).await?)
    }
}
