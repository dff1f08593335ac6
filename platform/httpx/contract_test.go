package httpx_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"homehub/platform/httpx"
	"homehub/platform/httpx/httpxtest"
)

func TestRequestsAreHeldAgainstTheContract(t *testing.T) {
	t.Parallel()
	const intent = "/api/v1/intent"
	cases := map[string]struct {
		path        string
		body        any
		contentType string
		status      int
		code        string
		field       string
	}{
		"a valid one":                  {body: object{"text": "kapcsold le a villanyt"}, status: 200},
		"500 characters":               {body: object{"text": strings.Repeat("ő", 500)}, status: 200},
		"501 characters":               {body: object{"text": strings.Repeat("ő", 501)}, status: 400, field: "text"},
		"no characters":                {body: object{"text": ""}, status: 400, field: "text"},
		"a missing field":              {body: object{}, status: 400, field: "text"},
		"a wrong type":                 {body: object{"text": 5}, status: 400, field: "text"},
		"null":                         {body: object{"text": nil}, status: 400, field: "text"},
		"an unknown field":             {body: object{"text": "a", "txet": "b"}, status: 400, field: "txet"},
		"not an object":                {body: `["text"]`, status: 400, field: "body"},
		"malformed JSON":               {body: `{"text": "a"`, status: 400, field: "body"},
		"JSON and more":                {body: `{"text": "a"} {"text": "b"}`, status: 400, field: "body"},
		"invalid UTF-8":                {body: "{\"text\": \"\xff\xfe\"}", status: 400, field: "body"},
		"a NUL character":              {body: `{"text": "a\u0000b"}`, status: 400, field: "body"},
		"an escaped backslash":         {body: `{"text": "a\\u0000b"}`, status: 200},
		"no body":                      {status: 400, field: "body"},
		"very deep JSON":               {body: strings.Repeat("[", 20_000), status: 400, field: "body"},
		"a form":                       {body: "text=a", contentType: "application/x-www-form-urlencoded", status: 415},
		"no type":                      {body: `{"text": "a"}`, contentType: "-", status: 415},
		"another charset":              {body: `{"text": "a"}`, contentType: "application/json; charset=latin1", status: 415},
		"a spelled-out charset":        {body: `{"text": "a"}`, contentType: `application/json; charset="UTF-8"`, status: 200},
		"a malformed query":            {path: intent + "?a=%zz", body: object{"text": "a"}, status: 400, field: "url"},
		"a NUL in the query":           {path: intent + "?a=%00", body: object{"text": "a"}, status: 400, field: "url"},
		"a body of no known form":      {path: "/api/v1/auth/logout", body: object{"everywhere": "yes"}, status: 400, field: "everywhere"},
		"an optional body":             {path: "/api/v1/auth/logout", status: 204},
		"a handler's own parameter":    {path: "/api/v1/instance/start", status: 409, code: "instance.exists"},
		"a body where none is read":    {path: "/api/v1/instance/start", body: "x", status: 409, code: "instance.exists"},
		"an address without a route":   {path: "/api/v1/nothing", status: 404},
		"a megabyte and a little more": {body: object{"text": strings.Repeat("a", 1<<20)}, status: 413},
	}
	b := setup(t)
	codes := map[int]string{400: "request.invalid", 404: "request.not_found", 413: "request.too_large", 415: "request.unsupported_media_type"}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := b.client.For(t).As(strings.ReplaceAll(name, " ", "-")) // limits are not the matter here
			if tc.path == "" {
				tc.path = intent
			}
			req := client.Request(http.MethodPost, tc.path, tc.body)
			if tc.contentType == "-" {
				req.Header.Del("Content-Type")
			} else if tc.contentType != "" {
				req.Header.Set("Content-Type", tc.contentType)
			}

			res := client.Do(req)

			if tc.status < 400 {
				res.Expect(tc.status)
				return
			}
			if tc.code == "" {
				tc.code = codes[tc.status]
			}
			p := res.ExpectProblem(tc.status, tc.code)
			if tc.field != "" {
				require.Len(t, p.Errors, 1)
				require.Equal(t, tc.field, p.Errors[0].Field)
				require.NotEmpty(t, p.Errors[0].Message)
			}
		})
	}
}

func TestOneAnswerNamesEveryProblem(t *testing.T) {
	t.Parallel()
	b := setup(t)

	p := b.client.Post("/api/v1/auth/login", object{"password": 5, "more": 1}).ExpectProblem(400, "request.invalid")

	got := map[string]string{}
	for _, e := range p.Errors {
		got[e.Field] = e.Message
	}
	require.Equal(t, map[string]string{"email": "is required", "password": "must be a string", "more": "is not known here"}, got)
}

func TestParametersAreHeldAgainstTheContract(t *testing.T) {
	t.Parallel()
	b := setup(t)

	b.signedIn().Get("/api/v1/audit?limit=200").Expect(200)
	for _, query := range []string{"limit=0", "limit=201", "limit=x", "limit="} {
		p := b.signedIn().Get("/api/v1/audit?"+query).ExpectProblem(400, "request.invalid")
		require.Equal(t, "limit", p.Errors[0].Field, query)
	}
	p := b.signedIn().With("Idempotency-Key", "ő").Post("/api/v1/intent", object{"text": "a"}).ExpectProblem(400, "request.invalid")
	require.Equal(t, "Idempotency-Key", p.Errors[0].Field)
}

func TestOrderOfJudgement(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bench) { b.deps.Limits.Intent.Count = 2 }) // one at once

	t.Run("a caller comes before validity", func(t *testing.T) {
		t.Parallel()
		res := b.client.For(t).Post("/api/v1/intent", "rubbish")
		res.ExpectProblem(401, "auth.unauthenticated")
		require.Equal(t, "Bearer", res.Header.Get("WWW-Authenticate"))
	})
	t.Run("a limit comes before validity", func(t *testing.T) {
		t.Parallel()
		b.client.For(t).As("eva").Post("/api/v1/intent", "rubbish").ExpectProblem(400, "request.invalid")
		b.client.For(t).As("eva").Post("/api/v1/intent", "rubbish").ExpectProblem(429, "request.rate_limited")
	})
	t.Run("limit and validity come before what the caller may do", func(t *testing.T) {
		t.Parallel()
		nora := b.client.For(t).As("nora")
		nora.Post("/api/v1/intent?household_id=foreign", "rubbish").ExpectProblem(400, "request.invalid")
		nora.Post("/api/v1/intent?household_id=foreign", object{"text": "a"}).ExpectProblem(429, "request.rate_limited")
		nora.Get("/api/v1/audit?household_id=foreign&limit=0").ExpectProblem(400, "request.invalid")
		nora.Get("/api/v1/audit?household_id=foreign").ExpectProblem(404, "auth.household_not_found")
	})
	t.Run("an address without a route is one for everybody", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/", "/nothing", "/api", "/api/v1", "/api/v1/nothing", "/api/v1/intent/more"} {
			b.client.For(t).Get(path).ExpectProblem(404, "request.not_found")
		}
	})
	t.Run("a wrong method is told the right ones", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/api/v1/intent", "/api/v1/auth/login"} {
			res := b.client.For(t).Get(path)
			res.ExpectProblem(405, "request.method_not_allowed")
			require.Contains(t, res.Header.Get("Allow"), "POST")
		}
	})
}

func TestARequestNamesOneHousehold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.server.API().GET("/households/:household_id", func(echo.Context) error { return errors.New("never asked") })
	nora := b.client.As("nora")
	intent := func(query, inBody string) *httpxtest.Response {
		return nora.Post("/api/v1/intent"+query, object{"text": "a", "household_id": inBody})
	}

	for name, res := range map[string]*httpxtest.Response{
		"own in the query, foreign in the body": intent("?household_id=own", "foreign"),
		"foreign in the query, own in the body": intent("?household_id=foreign", "own"),
		"twice in the query":                    nora.Get("/api/v1/audit?household_id=own&household_id=foreign"),
		"in the path and the query":             nora.Get("/api/v1/households/own?household_id=foreign"),
	} {
		p := res.ExpectProblem(http.StatusBadRequest, "request.invalid")
		require.Equal(t, "household_id", p.Errors[0].Field, name)
	}
	intent("?household_id=own", "own").Expect(http.StatusOK)
}

func TestPeekHouseholdID(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		path string
		body any
		want string
	}{
		"none":             {body: object{"text": "a"}},
		"in the body":      {body: object{"text": "a", "household_id": "h"}, want: "h"},
		"in the query":     {path: "?household_id=q", body: object{"text": "a"}, want: "q"},
		"behind an escape": {body: `{"text": "a", "household\u005fid": "h"}`, want: "h"},
		"of another type":  {body: object{"text": "a", "household_id": 5}},
		"in no JSON":       {body: `"household_id": "h"`},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := "never asked"
			b := setup(t, func(b *bench) {
				b.deps.Authenticate = func(next echo.HandlerFunc) echo.HandlerFunc {
					return func(c echo.Context) error {
						seen = httpx.PeekHouseholdID(c)
						return errors.New("enough")
					}
				}
			})

			b.client.Post("/api/v1/intent"+tc.path, tc.body).ExpectProblem(500, "internal")

			require.Equal(t, tc.want, seen)
		})
	}
}
