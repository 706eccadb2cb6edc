//! Accounts (`public/docs/api-insydr.md#how-do-i-sign-up-through-the-api`).
use super::caller::{From, Person};
use super::error::{ApiError, ApiResult, Body};
use crate::dialect::route::{self, Access, Route};
use axum::Json;
use axum::extract::State;
use edge_core::password::Password;
use edge_core::password_reset::{self, Proof};
use edge_core::{App, Error, Reason, account, code, sign_up};
use edge_model::SignUpId;
use edge_model::account::Account;
use edge_model::text::{Email, Name};
use http::StatusCode;
use shared as wire;
use wire::auth::{
    DeleteMe, EmailOnly, LoggedIn, Login, Me, ResendOtp, ResetPassword, SignedUp, Signup, UpdateMe, User, Verified,
    VerifyOtp,
};
use wire::error::Message;

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    vec![
        route::post("/api/v1/auth/signup", sign_up, Access::Open, "Register an account")
            .takes::<Signup>()
            .gives::<SignedUp>(201),
        route::post("/api/v1/auth/login", log_in, Access::Open, "Sign in")
            .takes::<Login>()
            .gives::<LoggedIn>(200),
        route::post(
            "/api/v1/auth/verify-otp",
            verify_otp,
            Access::Open,
            "Confirm an address with the code mailed to it",
        )
        .takes::<VerifyOtp>()
        .gives::<Verified>(200),
        route::get("/api/v1/auth/me", me, Access::Account, "Who is signed in").gives::<Me>(200),
        route::patch("/api/v1/auth/me", update_me, Access::Account, "Change one's name")
            .takes::<UpdateMe>()
            .gives::<Me>(200)
            .extension(),
        route::delete("/api/v1/auth/me", delete_me, Access::Account, "Delete one's account")
            .control()
            .takes::<DeleteMe>()
            .gives::<Message>(200)
            .extension(),
        route::post("/api/v1/auth/logout", log_out, Access::Account, "End the session")
            .control()
            .gives::<Message>(200)
            .extension(),
        route::post("/api/v1/auth/resend-otp", resend_otp, Access::Open, "Mail another code")
            .takes::<ResendOtp>()
            .gives::<Message>(200)
            .extension(),
        route::post(
            "/api/v1/auth/forgot-password",
            forgot_password,
            Access::Open,
            "Mail a code and a link for a new password",
        )
        .takes::<EmailOnly>()
        .gives::<Message>(200)
        .extension(),
        route::post(
            "/api/v1/auth/reset-password",
            reset_password,
            Access::Open,
            "Set a new password with a mailed code or link",
        )
        .takes::<ResetPassword>()
        .gives::<Message>(200)
        .extension(),
    ]
}

fn email(text: &str) -> ApiResult<Email> {
    Email::new(text).map_err(|why| ApiError::field("email", why))
}

fn password(text: &str) -> ApiResult<Password> {
    Password::new(text).map_err(|why| ApiError::field("password", why))
}

fn full_name(text: &str) -> ApiResult<Name> {
    Name::new(text).map_err(|why| ApiError::field("full_name", why))
}

fn user(account: Account) -> User {
    let Account {
        id,
        email,
        full_name,
        password_hash: _,
        email_verified_at: _,
        created_at,
    } = account;
    User {
        id: id.to_string(),
        email,
        full_name,
        created_at: created_at.rfc3339(),
    }
}

fn profile(account: Account) -> Me {
    let Account {
        id,
        email,
        full_name,
        password_hash: _,
        email_verified_at,
        created_at,
    } = account;
    let email_verified = email_verified_at.is_some();
    Me {
        id: id.to_string(),
        email,
        full_name,
        email_verified,
        created_at: created_at.rfc3339(),
    }
}

pub async fn sign_up(
    State(app): State<App>,
    From(from): From,
    Body(new): Body<Signup>,
) -> ApiResult<(StatusCode, Json<SignedUp>)> {
    let email = email(&new.email)?;
    let (password, full_name) = (password(&new.password)?, full_name(&new.full_name)?);
    let id = sign_up::create(&app, &from, &email, &password, &full_name).await?;
    let answer = SignedUp {
        message: "Account created. Verify email with OTP.".into(),
        email: email.to_string(),
        expires_in_minutes: code::CODE_MINUTES,
        signup_id: id.to_string(),
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

pub async fn log_in(State(app): State<App>, From(from): From, Body(login): Body<Login>) -> ApiResult<Json<LoggedIn>> {
    let (account, access_token) = account::log_in(&app, &from, &login.email, &login.password).await?;
    Ok(Json(LoggedIn {
        access_token,
        token_type: "bearer".into(),
        user: user(account),
    }))
}

pub async fn verify_otp(
    State(app): State<App>,
    From(from): From,
    Body(wish): Body<VerifyOtp>,
) -> ApiResult<Json<Verified>> {
    let id = wish.signup_id.map(SignUpId::new);
    let (account, access_token) = sign_up::confirm(&app, &from, &email(&wish.email)?, id.as_ref(), &wish.otp_code)
        .await
        .map_err(|error| at_fault(error, "otp_code"))?;
    Ok(Json(Verified {
        access_token,
        user: user(account),
    }))
}

pub async fn me(Person(person): Person) -> Json<Me> {
    Json(profile(person.account))
}

pub async fn update_me(
    State(app): State<App>,
    Person(person): Person,
    Body(change): Body<UpdateMe>,
) -> ApiResult<Json<Me>> {
    Ok(Json(profile(
        account::rename(&app, &person, &full_name(&change.full_name)?).await?,
    )))
}

pub async fn delete_me(
    State(app): State<App>,
    Person(person): Person,
    From(from): From,
    Body(wish): Body<DeleteMe>,
) -> ApiResult<Json<Message>> {
    account::delete(&app, &from, &person, &wish.password).await?;
    Ok(Json(Message {
        message: "Account deleted".into(),
    }))
}

pub async fn log_out(State(app): State<App>, Person(person): Person) -> ApiResult<Json<Message>> {
    account::log_out(&app, &person).await?;
    Ok(Json(Message {
        message: "Signed out".into(),
    }))
}

pub async fn resend_otp(
    State(app): State<App>,
    From(from): From,
    Body(wish): Body<ResendOtp>,
) -> ApiResult<Json<Message>> {
    let id = wish.signup_id.map(SignUpId::new);
    sign_up::resend_code(&app, &from, &email(&wish.email)?, id.as_ref()).await?;
    Ok(Json(Message {
        message: "If this address waits for a code, a new one is on its way.".into(),
    }))
}

pub async fn forgot_password(
    State(app): State<App>,
    From(from): From,
    Body(wish): Body<EmailOnly>,
) -> ApiResult<Json<Message>> {
    password_reset::request(&app, &from, &email(&wish.email)?).await?;
    Ok(Json(Message {
        message: "If this address has an account, a code is on its way.".into(),
    }))
}

pub async fn reset_password(
    State(app): State<App>,
    From(from): From,
    Body(wish): Body<ResetPassword>,
) -> ApiResult<Json<Message>> {
    let ResetPassword {
        email: address,
        otp_code,
        token,
        password: new,
    } = wish;
    let new = password(&new)?;
    let (done, field) = match token {
        Some(token) => (
            password_reset::finish(&app, &from, Proof::Token(&token), &new).await,
            "token",
        ),
        None => {
            let missing = |field| ApiError::field(field, "is required");
            let email = email(&address.ok_or_else(|| missing("email"))?)?;
            let code = otp_code.ok_or_else(|| missing("otp_code"))?;
            let proof = Proof::Code {
                email: &email,
                code: &code,
            };
            (password_reset::finish(&app, &from, proof, &new).await, "otp_code")
        }
    };
    done.map_err(|error| at_fault(error, field))?;
    Ok(Json(Message {
        message: "Password changed. Sign in with the new one.".into(),
    }))
}

/// A wrong code is the fault of one field; whatever else went wrong is not.
fn at_fault(error: Error, field: &str) -> Error {
    if error.reason == Some(Reason::WrongCode) {
        error.of_field(field)
    } else {
        error
    }
}
