// Checks deliveries as receivers do: by the code that the documents of the dialects show, and by the library of the
// Standard Webhooks project. Takes a list of {form, secret, headers, body}; whatever is wrong ends it.
import assert from "node:assert/strict";
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

// As the Twin API documents it: public/docs/api-twin.md#how-am-i-told-of-escalations
function verifyWebhook(body, signature, secret) {
  const expected = crypto.createHmac("sha256", secret).update(body).digest("hex");
  return crypto.timingSafeEqual(Buffer.from(`sha256=${expected}`), Buffer.from(signature));
}

// As the Builder API documents it: public/docs/webhooks.md#how-do-i-check-that-a-call-comes-from-edgewise
function verifyWebhookSignature(secret, body, signatureHeader) {
  const expected = "sha256=" + crypto.createHmac("sha256", secret).update(body).digest("hex");
  return crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(signatureHeader));
}

const headers = {
  twin: "twin-signature",
  builder: "x-cobb-signature",
  twig: "x-twig-signature",
  insydr: "x-insydr-signature",
};

let count = 0;
for (const one of JSON.parse(readFileSync(0, "utf8"))) {
  const signature = one.headers[headers[one.form]];
  assert.ok(verifyWebhook(one.body, signature, one.secret), one.form);
  assert.ok(verifyWebhookSignature(one.secret, one.body, signature), one.form);
  assert.ok(!verifyWebhook(`${one.body} `, signature, one.secret), "a changed body passes");
  const format = one.secret.startsWith("whsec_") ? undefined : { format: "raw" };
  const webhook = new Webhook(one.secret, format);
  assert.deepEqual(webhook.verify(one.body, one.headers), JSON.parse(one.body));
  assert.throws(() => webhook.verify(`${one.body} `, one.headers), "a changed body passes");
  assert.throws(() => webhook.verify(one.body, { ...one.headers, "webhook-id": "evt_2" }), "another id passes");
  count += 1;
}
console.log(`${count} verified`);
