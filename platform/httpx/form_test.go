package httpx_test

import (
	"net/http"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"homehub/platform/apperr"
	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

const formPath = "/oauth/token" // the contract has a form there, whose failures are OAuth's

// formBench answers with what the form says, and tells failures in the way of OAuth.
func formBench(t *testing.T, failure error, seen *httpx.Failure) *httpxtest.Client {
	t.Helper()
	b := setup(t, func(b *bench) {
		b.deps.Limits.Default.Count = 3
		b.deps.FailureWriters = map[string]httpx.FailureWriter{"oauth": func(c echo.Context, f httpx.Failure) error {
			*seen = f
			return c.JSON(f.Status, object{"error": "invalid_request", "error_description": f.Detail})
		}}
	})
	b.server.Public().POST(formPath, func(c echo.Context) error {
		if failure != nil {
			return failure
		}
		c.Response().Header().Set("X-Client", httpx.Form(c).Get("client_id"))

		return c.JSON(http.StatusOK, object{
			"access_token": "a", "token_type": "Bearer", "expires_in": 1, "refresh_token": "r", "refresh_expires_in": 1,
		})
	})

	return b.client
}

func sendForm(c *httpxtest.Client, contentType, body string) *httpxtest.Response {
	req := c.Request(http.MethodPost, formPath, body)
	req.Header.Set("Content-Type", contentType)

	return c.Do(req)
}

func TestFormsAreHeldAgainstTheContract(t *testing.T) {
	t.Parallel()
	const form = "application/x-www-form-urlencoded"
	for name, tc := range map[string]struct {
		contentType, body string
		status            int
		detail            string
	}{
		"a valid one":          {form, "client_id=ab%C5%91&grant_type=x", 200, ""},
		"with a charset":       {form + "; charset=utf-8", "client_id=ab%C5%91&grant_type=x", 200, ""},
		"with more":            {form, "client_id=ab%C5%91&grant_type=x&scope=all", 200, ""},
		"a missing field":      {form, "client_id=a", 400, "grant_type is required."},
		"an empty field":       {form, "client_id=&grant_type=x", 400, "client_id is required."},
		"a repeated field":     {form, "client_id=a&client_id=b&grant_type=x", 400, "The body must name each field only once."},
		"an impossible escape": {form, "client_id=%zz", 400, "The body is not a valid form."},
		"invalid UTF-8":        {form, "client_id=%ff", 400, "The body is not valid UTF-8 text."},
		"a NUL character":      {form, "client_id=%00", 400, "The body is not valid UTF-8 text."},
		"no body":              {form, "", 400, "The body is required."},
		"JSON":                 {"application/json", `{"client_id": "a"}`, 415, "The body must be application/x-www-form-urlencoded in UTF-8."},
		"several parts":        {"multipart/form-data; boundary=x", "--x--", 415, "The body must be application/x-www-form-urlencoded in UTF-8."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen httpx.Failure
			res := sendForm(formBench(t, nil, &seen), tc.contentType, tc.body).Expect(tc.status)
			require.Equal(t, tc.detail, seen.Detail)
			if tc.status == http.StatusOK {
				require.Equal(t, "abő", res.Header.Get("X-Client"))
			}
		})
	}
}

func TestFailuresSpeakTheirRoutesLanguage(t *testing.T) {
	t.Parallel()
	var seen httpx.Failure
	client := formBench(t, apperr.New(apperr.Internal, "secret", "Not for strangers."), &seen)
	const form, body = "application/x-www-form-urlencoded", "client_id=a&grant_type=x"

	res := sendForm(client, form, body).Expect(500)
	require.Equal(t, httpx.Failure{Status: 500, Code: "internal", Detail: "Something went wrong.", RequestID: res.Header.Get("X-Request-ID")}, seen)
	sendForm(client, form, "client_id="+string(make([]byte, 1<<20))).Expect(413) // before anybody looked into the contract
	require.Equal(t, "request.too_large", seen.Code)
	sendForm(client, form, body)
	sendForm(client, form, body)
	res = sendForm(client, form, body).Expect(429)
	require.NotEmpty(t, res.Header.Get("Retry-After"))
	require.Positive(t, seen.RetryAfter)
	client.Get(formPath).ExpectProblem(405, "request.method_not_allowed") // the contract has no such operation
}
