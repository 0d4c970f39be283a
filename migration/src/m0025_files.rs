//! Files, the photos of listings, and the pictures of people, cars and dealers.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0025_files"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "CREATE TABLE files (
                    id {uuid} PRIMARY KEY,
                    uploaded_by {uuid} NOT NULL REFERENCES users (id),
                    dealer_id {uuid} REFERENCES dealers (id),
                    purpose {text} NOT NULL,
                    name {text} NOT NULL,
                    content_type {text} NOT NULL,
                    size {int} NOT NULL,
                    sha256 {text},
                    status {text} NOT NULL,
                    width {int},
                    height {int},
                    likeness {int},
                    attached_at {instant},
                    created_at {instant} NOT NULL,
                    expires_at {instant} NOT NULL,
                    CONSTRAINT files_size CHECK (size > 0),
                    CONSTRAINT files_status CHECK (status IN ('awaiting', 'stored', 'ready', 'discarded')),
                    CONSTRAINT files_attached_whole CHECK (attached_at IS NULL OR status IN ('stored', 'ready'))
                );
                CREATE INDEX files_unused ON files (created_at, id) WHERE attached_at IS NULL;
                CREATE INDEX files_of ON files (uploaded_by, id);
                CREATE TABLE listing_photos (
                    id {uuid} PRIMARY KEY,
                    listing_id {uuid} NOT NULL REFERENCES listings (id),
                    file_id {uuid} NOT NULL REFERENCES files (id),
                    position {int} NOT NULL,
                    alt_text {text},
                    is_primary {bool} NOT NULL,
                    CONSTRAINT listing_photos_file UNIQUE (file_id),
                    CONSTRAINT listing_photos_position UNIQUE (listing_id, position),
                    CONSTRAINT listing_photos_most CHECK (position BETWEEN 1 AND 40)
                );
                CREATE UNIQUE INDEX listing_photos_one_primary ON listing_photos (listing_id) WHERE is_primary;
                ALTER TABLE users ADD COLUMN picture_file_id {uuid} REFERENCES files (id);
                ALTER TABLE vehicles ADD COLUMN picture_file_id {uuid} REFERENCES files (id);
                ALTER TABLE dealers ADD COLUMN picture_file_id {uuid} REFERENCES files (id);
                CREATE UNIQUE INDEX users_picture ON users (picture_file_id) WHERE picture_file_id IS NOT NULL;
                CREATE UNIQUE INDEX vehicles_picture ON vehicles (picture_file_id) WHERE picture_file_id IS NOT NULL;
                CREATE UNIQUE INDEX dealers_picture ON dealers (picture_file_id) WHERE picture_file_id IS NOT NULL;
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "DROP INDEX users_picture;
                DROP INDEX vehicles_picture;
                DROP INDEX dealers_picture;
                ALTER TABLE users DROP COLUMN picture_file_id;
                ALTER TABLE vehicles DROP COLUMN picture_file_id;
                ALTER TABLE dealers DROP COLUMN picture_file_id;
                DROP TABLE listing_photos;
                DROP TABLE files;
                ",
            )
            .await
    }
}
