//! An account from its first mail to its workspace.
use crate::harness::{Tenant, new_address, shared_worker};
use serde_json::{Value, json};
use xtask::api::Api;

#[test]
fn an_account_begins_with_a_mail_and_signs_in_with_its_password() {
    let tenant = Tenant::new(shared_worker(), "FREE");
    let open = Api::new(&tenant.place.base_url);
    let login = json!({ "email": tenant.email, "password": tenant.password });
    let signed_in = open.post("/api/v1/auth/login", &login).unwrap().ok::<Value>().unwrap();
    assert_eq!(signed_in["token_type"], "bearer");
    let me = open
        .signed_in(signed_in["access_token"].as_str().unwrap())
        .get("/api/v1/auth/me")
        .unwrap();
    assert_eq!(me.json()["email"], tenant.email.as_str());
    assert_eq!(me.json()["email_verified"], true);
    let workspace = tenant.api.get(&tenant.workspace).unwrap().json();
    assert_eq!(
        (&workspace["subscription_tier"], &workspace["role"]),
        (&json!("FREE"), &json!("OWNER"))
    );
}

#[test]
fn a_wrong_password_and_an_unknown_address_are_refused_alike() {
    let tenant = Tenant::new(shared_worker(), "FREE");
    let open = Api::new(&tenant.place.base_url);
    let refuse = |email: &str| {
        let answer = open
            .post(
                "/api/v1/auth/login",
                &json!({ "email": email, "password": "not-the-password" }),
            )
            .unwrap();
        (answer.status, answer.json())
    };
    let (known, unknown) = (refuse(&tenant.email), refuse(&new_address()));
    assert_eq!(known.0, 401);
    assert_eq!(known, unknown);
}

#[test]
fn an_account_that_is_not_confirmed_does_not_get_in() {
    let open = Api::new(&shared_worker().base_url);
    let email = new_address();
    let signup = json!({ "email": email, "password": "a long enough one", "full_name": "Ann" });
    assert_eq!(open.post("/api/v1/auth/signup", &signup).unwrap().status, 201);
    let wrong = open
        .post(
            "/api/v1/auth/verify-otp",
            &json!({ "email": email, "otp_code": "000000" }),
        )
        .unwrap();
    assert_eq!(
        (wrong.status, wrong.json()["code"].as_str()),
        (400, Some("INVALID_OTP"))
    );
    let login = open
        .post(
            "/api/v1/auth/login",
            &json!({ "email": email, "password": "a long enough one" }),
        )
        .unwrap();
    assert_eq!(
        (login.status, login.json()["code"].as_str()),
        (403, Some("EMAIL_NOT_VERIFIED"))
    );
}

#[test]
fn a_workspace_of_another_account_looks_like_none() {
    let (one, other) = (
        Tenant::new(shared_worker(), "FREE"),
        Tenant::new(shared_worker(), "FREE"),
    );
    let theirs = one.api.get(&other.workspace).unwrap();
    let made_up = one.api.get("/api/v1/workspaces/ws_0000000000000000").unwrap();
    assert_eq!((theirs.status, theirs.text()), (404, made_up.text()));
}
