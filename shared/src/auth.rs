//! Signing up, verifying, signing in.
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signup {
    pub email: String,
    pub password: String,
    pub full_name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedUp {
    pub message: String,
    pub email: String,
    pub expires_in_minutes: u32,
    /// Extension: names this sign-up. Who sends it with the code confirms no other sign-up with the address.
    pub signup_id: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Login {
    pub email: String,
    pub password: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoggedIn {
    pub access_token: String,
    pub token_type: String,
    pub user: User,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyOtp {
    pub email: String,
    pub otp_code: String,
    /// Extension: as the sign-up answered it. Without it, the code must be that of the only sign-up with the address
    /// from the same network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signup_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verified {
    pub access_token: String,
    pub user: User,
}

/// The account as login answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    pub id: String,
    pub email: String,
    pub full_name: String,
    pub created_at: String,
}

/// The account as `GET /auth/me` answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: String,
    pub email: String,
    pub full_name: String,
    pub email_verified: bool,
    pub created_at: String,
}

/// Extension: `PATCH /auth/me`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateMe {
    pub full_name: String,
}

/// Extension: `POST /auth/resend-otp`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResendOtp {
    pub email: String,
    /// As the sign-up answered it. Without it, the only sign-up with the address from the same network is meant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signup_id: Option<String>,
}

/// Extension: `POST /auth/forgot-password`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailOnly {
    pub email: String,
}

/// Extension: `POST /auth/reset-password`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPassword {
    /// Needed with a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The six digits from the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otp_code: Option<String>,
    /// What stands behind `#token=` in the mailed link, in place of address and code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    pub password: String,
}

/// Extension: `DELETE /auth/me`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteMe {
    pub password: String,
}
