//! The form of an upload, read as it comes in: RFC 7578.
use super::error::ApiError;
use crate::body::{self, Growing, Incoming};
use crate::headers::{header_of, length_of};
use axum::extract::{FromRequest, Request};
use edge_core::file::Upload;
use edge_core::memory::Reservation;
use edge_core::{App, Error, Kind};
use edge_model::CollectionId;
use edge_model::limits::MAX_UPLOAD_BYTES;
use edge_model::text::Name;
use multer::{Constraints, Multipart, SizeLimit};
use serde::Deserialize;
use shared::knowledge::ReplaceDocument;

/// What the boundaries and the other fields of a form may take beside the file, in bytes.
const FORM: usize = 64 * 1024;

/// The form, for the document of the API.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub struct Form {
    /// A PDF, DOCX, CSV, text, Markdown or HTML file of up to 20 MiB, told by its bytes.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Binary))]
    file: String,
    collection_id: String,
    title: Option<String>,
}

/// An upload, read.
pub struct Received {
    pub upload: Upload,
    pub collection: CollectionId,
    pub title: Option<Name>,
    /// Of the file. To be kept as long as it is.
    pub memory: Option<Reservation>,
}

impl FromRequest<App> for Received {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let Fields {
            upload,
            collection,
            title,
        } = fields(request, app).await?;
        let missing = |name: &str| ApiError::field(name, "is required");
        let collection = collection
            .filter(|it| !it.trim().is_empty())
            .ok_or_else(|| missing("collection_id"))?;
        let (upload, memory) = upload.ok_or_else(|| missing("file"))?;
        Ok(Self {
            upload,
            collection: CollectionId::new(collection.trim()),
            title: named(title)?,
            memory,
        })
    }
}

/// The form of a replacement, for the document of the API.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(dead_code, reason = "read by the OpenAPI document alone")]
pub struct ReplacementForm {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Binary))]
    file: String,
    title: Option<String>,
}

/// What is to stand in place of a document: a form with a file, or a text as JSON.
pub struct Replacement {
    pub upload: Upload,
    pub title: Option<Name>,
    /// Of the file. To be kept as long as it is.
    pub memory: Option<Reservation>,
}

impl FromRequest<App> for Replacement {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        let media_type = header_of(request.headers(), "content-type").unwrap_or_default();
        if multer::parse_boundary(media_type).is_ok() {
            let Fields { upload, title, .. } = fields(request, app).await?;
            let (upload, memory) = upload.ok_or_else(|| ApiError::field("file", "is required"))?;
            return Ok(Self {
                upload,
                title: named(title)?,
                memory,
            });
        }
        let budget = body::budget(app, &request);
        let ReplaceDocument { text, title } = crate::extract::json(app, request).await?;
        if text.trim().is_empty() {
            return Err(ApiError::field("text", "must not be empty"));
        }
        Ok(Self {
            memory: body::reserve(&budget, text.len())?,
            upload: Upload {
                name: "document.md".into(),
                media_type: "text/markdown".into(),
                bytes: text.into_bytes(),
            },
            title: named(title)?,
        })
    }
}

fn named(title: Option<String>) -> Result<Option<Name>, ApiError> {
    let title = title.filter(|it| !it.trim().is_empty());
    let title = title.map(|it| Name::new(&it)).transpose();
    title.map_err(|why| ApiError::field("title", why))
}

/// The fields of a form, as far as they were sent.
struct Fields {
    upload: Option<(Upload, Option<Reservation>)>,
    collection: Option<String>,
    title: Option<String>,
}

async fn fields(request: Request, app: &App) -> Result<Fields, ApiError> {
    let media_type = header_of(request.headers(), "content-type").unwrap_or_default();
    let boundary = multer::parse_boundary(media_type)
        .map_err(|_| Error::new(Kind::UnsupportedMedia, "the content type must be `multipart/form-data`"))?;
    let expected = length_of(request.headers())
        .unwrap_or(MAX_UPLOAD_BYTES)
        .min(MAX_UPLOAD_BYTES);
    let limits = SizeLimit::new()
        .for_field("file", to_u64(MAX_UPLOAD_BYTES))
        .for_field("collection_id", to_u64(FORM))
        .for_field("title", to_u64(FORM));
    let budget = body::upload_budget(app, &request)?;
    let incoming = Incoming::new(app, request, MAX_UPLOAD_BYTES + FORM, |_| too_large())?;
    let constraints = Constraints::new().size_limit(limits);
    let mut form = Multipart::with_constraints(incoming.into_stream(), boundary, constraints);
    let (mut upload, mut collection, mut title) = (None, None, None);
    while let Some(field) = form.next_field().await.map_err(refusal)? {
        match field.name().unwrap_or_default() {
            "file" => once(&upload, "file")?,
            "collection_id" => once(&collection, "collection_id")?,
            "title" => once(&title, "title")?,
            _ => {}
        }
        match field.name().unwrap_or_default() {
            "file" => upload = Some(file(field, Growing::new(app, budget.clone(), expected)).await?),
            "collection_id" => collection = Some(field.text().await.map_err(refusal)?),
            "title" => title = Some(field.text().await.map_err(refusal)?),
            _ => {}
        }
    }
    Ok(Fields {
        upload,
        collection,
        title,
    })
}

/// Refuses a field that was given before: which of the two is meant cannot be known.
fn once<T>(before: &Option<T>, name: &str) -> Result<(), ApiError> {
    match before {
        Some(_) => Err(ApiError::field(name, "must be given once")),
        None => Ok(()),
    }
}

async fn file(mut field: multer::Field<'_>, mut growing: Growing) -> Result<(Upload, Option<Reservation>), ApiError> {
    // Some clients send the path; only the last part is a name.
    let name = field
        .file_name()
        .unwrap_or_default()
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned();
    let name = if name.is_empty() {
        "document.txt".to_owned()
    } else {
        name
    };
    let name = Name::new(&name).map_err(|why| ApiError::field("file", format!("has a name that {why}")))?;
    let media_type = field.content_type().map_or_else(String::new, ToString::to_string);
    while let Some(chunk) = field.chunk().await.map_err(refusal)? {
        growing.push(&chunk)?;
    }
    let (bytes, memory) = growing.finish();
    let upload = Upload {
        name: name.to_string(),
        media_type,
        bytes,
    };
    Ok((upload, memory))
}

/// Blames the file for a form that is too large: nothing else in it is.
fn too_large() -> Error {
    let message = format!("`file` must be at most {} MB", MAX_UPLOAD_BYTES / 1024 / 1024);
    Error::new(Kind::TooLarge, message).of_field("file")
}

fn refusal(error: multer::Error) -> Error {
    match error {
        multer::Error::FieldSizeExceeded { field_name, .. } => match field_name {
            Some(name) if name != "file" => {
                let message = format!("`{name}` must be at most {} KiB", FORM / 1024);
                Error::new(Kind::TooLarge, message).of_field(name)
            }
            _ => too_large(),
        },
        multer::Error::StreamSizeExceeded { .. } => too_large(),
        multer::Error::StreamReadFailed(why) => match why.downcast::<Error>() {
            Ok(error) => *error,
            Err(_) => Error::new(Kind::Malformed, "the body ended early"),
        },
        error => Error::new(Kind::Malformed, format!("the form cannot be read: {error}")),
    }
}

fn to_u64(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
