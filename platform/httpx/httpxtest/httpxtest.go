// Package httpxtest is an HTTP client for tests that holds every response it sees against
// docs/openapi.yaml: its status, its type, its fields. A field that the contract does not list
// fails the test, although clients must accept it: the contract is to be complete.
package httpxtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"homehub/docs"
)

// Client asks a handler or a server. It is safe for concurrent use; copies share nothing that changes.
type Client struct {
	tb     testing.TB
	base   string
	http   *http.Client
	router routers.Router
	header http.Header
}

// New makes a client of a handler, without a port.
func New(tb testing.TB, handler http.Handler) *Client {
	tb.Helper()
	return newClient(tb, "http://homehub.test", &http.Client{Transport: direct{handler}})
}

// NewRemote makes a client of a server that listens at base.
func NewRemote(tb testing.TB, base string) *Client {
	tb.Helper()
	transport := &http.Transport{}
	tb.Cleanup(transport.CloseIdleConnections)

	return newClient(tb, strings.TrimSuffix(base, "/"), &http.Client{Transport: transport})
}

func newClient(tb testing.TB, base string, client *http.Client) *Client {
	tb.Helper()
	router, err := loadRouter()
	if err != nil {
		tb.Fatalf("read openapi.yaml: %v", err)
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

	return &Client{tb: tb, base: base, http: client, router: router, header: http.Header{}}
}

// direct serves a request in the caller's goroutine.
type direct struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	defer cancel()
	rec := httptest.NewRecorder()
	in := req.Clone(ctx)
	in.RemoteAddr = "192.0.2.1:1234"
	in.RequestURI = req.URL.RequestURI()
	if in.Body == nil {
		in.Body = http.NoBody
	}
	d.handler.ServeHTTP(flushed{rec, cancel}, in)

	return rec.Result(), nil
}

// flushed ends a request with the first flush of its answer: nobody reads here while it is written.
type flushed struct {
	*httptest.ResponseRecorder

	end context.CancelFunc
}

// Flush implements http.Flusher.
func (f flushed) Flush() {
	f.ResponseRecorder.Flush()
	f.end()
}

// For returns the same client for another (sub)test, which it then fails.
func (c *Client) For(tb testing.TB) *Client {
	tb.Helper()
	d := *c
	d.tb = tb

	return &d
}

// At returns a client of another server, with the same headers.
func (c *Client) At(base string) *Client {
	d := *c
	d.base = strings.TrimSuffix(base, "/")

	return &d
}

// With returns a client that sends one more header.
func (c *Client) With(name, value string) *Client {
	d := *c
	d.header = c.header.Clone()
	d.header.Set(name, value)

	return &d
}

// As returns a client that calls with an access token.
func (c *Client) As(accessToken string) *Client {
	return c.With("Authorization", "Bearer "+accessToken)
}

// Get asks for path, which may have a query.
func (c *Client) Get(path string) *Response {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodGet, path, nil))
}

// Post sends body as JSON; nil sends none.
func (c *Client) Post(path string, body any) *Response {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodPost, path, body))
}

// Put sends body as JSON.
func (c *Client) Put(path string, body any) *Response {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodPut, path, body))
}

// Patch sends body as JSON.
func (c *Client) Patch(path string, body any) *Response {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodPatch, path, body))
}

// Delete asks for the removal of path.
func (c *Client) Delete(path string) *Response {
	c.tb.Helper()
	return c.Do(c.Request(http.MethodDelete, path, nil))
}

// Request makes a request with the client's headers. Bytes and strings are sent as they are,
// anything else as JSON; both are called JSON.
func (c *Client) Request(method, path string, body any) *http.Request {
	c.tb.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case []byte:
		content = bytes.NewReader(b)
	case string:
		content = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			c.tb.Fatalf("encode the body of %s %s: %v", method, path, err)
		}
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(c.tb.Context(), method, c.base+path, content)
	if err != nil {
		c.tb.Fatalf("make request %s %s: %v", method, path, err)
	}
	req.Header = c.header.Clone()
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}

	return req
}

// Do sends a request, and fails the test when the response is not what the contract allows.
func (c *Client) Do(req *http.Request) *Response {
	c.tb.Helper()
	res, err := c.http.Do(req)
	if err != nil {
		c.tb.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer func() { _ = res.Body.Close() }()
	var body []byte
	if !isStream(res.Header) { // which has no end, see Stream
		if body, err = io.ReadAll(res.Body); err != nil {
			c.tb.Fatalf("%s %s: read the response: %v", req.Method, req.URL.Path, err)
		}
	}
	r := &Response{Status: res.StatusCode, Header: res.Header, Body: body, tb: c.tb, name: req.Method + " " + req.URL.Path}
	c.check(req, r)

	return r
}

// check holds a response against the contract.
func (c *Client) check(req *http.Request, r *Response) {
	c.tb.Helper()
	if r.Header.Get("X-Request-ID") == "" {
		c.tb.Errorf("%s: no X-Request-ID", r.name)
	}
	// The contract names paths alone: at which host it is served does not matter.
	asked := req.Clone(context.WithoutCancel(req.Context()))
	asked.URL = &url.URL{Path: req.URL.Path, RawQuery: req.URL.RawQuery}
	route, params, err := c.router.FindRoute(asked)
	if err != nil {
		if r.Status < http.StatusBadRequest && req.Method != http.MethodOptions { // a preflight is the browser's matter
			c.tb.Errorf("%s: %d from a route that openapi.yaml does not know", r.name, r.Status)
		}

		return
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: asked, PathParams: params, Route: route},
		Status:                 r.Status,
		Header:                 r.Header,
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: isStream(r.Header),
		},
	}
	input.SetBodyBytes(r.Body)
	if err := openapi3filter.ValidateResponse(asked.Context(), input); err != nil {
		c.tb.Errorf("%s: %d: the response breaks openapi.yaml: %v\n%s", r.name, r.Status, err, r.Body)
	}
}

// Response is what came back.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	tb   testing.TB
	name string
}

// Problem is an error response.
type Problem struct {
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	Errors    []struct {
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"errors"`
}

// Expect fails the test when the status is another one.
func (r *Response) Expect(status int) *Response {
	r.tb.Helper()
	if r.Status != status {
		r.tb.Fatalf("%s: status %d, want %d\n%s", r.name, r.Status, status, r.Body)
	}

	return r
}

// JSON reads the body into v.
func (r *Response) JSON(v any) {
	r.tb.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		r.tb.Fatalf("%s: %v in %s", r.name, err, r.Body)
	}
}

// ExpectProblem fails the test when the response is not this problem.
func (r *Response) ExpectProblem(status int, code string) Problem {
	r.tb.Helper()
	r.Expect(status)
	var p Problem
	r.JSON(&p)
	if p.Code != code || p.Status != status || p.RequestID != r.Header.Get("X-Request-ID") {
		r.tb.Fatalf("%s: got %s, want code %s", r.name, r.Body, code)
	}
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		r.tb.Fatalf("%s: content type %s", r.name, got)
	}

	return p
}

// loadRouter reads the contract once for a test binary.
var loadRouter = sync.OnceValues(func() (routers.Router, error) {
	openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder) // as text
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	if err != nil {
		return nil, err
	}
	doc.Servers = nil
	openapi3filter.RegisterBodyDecoder("application/x-ndjson", openapi3filter.PlainBodyDecoder)
	for _, schema := range doc.Components.Schemas {
		closeSchema(schema)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			closeResponses(op)
		}
	}

	return legacy.NewRouter(doc)
})

func closeResponses(op *openapi3.Operation) {
	for _, res := range op.Responses.Map() {
		for _, media := range res.Value.Content {
			closeSchema(media.Schema)
		}
	}
}

// closeSchema forbids what a schema does not list, unless it says otherwise. Schemas of this
// contract hold no cycles.
func closeSchema(ref *openapi3.SchemaRef) {
	if ref == nil || ref.Value == nil {
		return
	}
	s := ref.Value
	if len(s.Properties) > 0 && s.AdditionalProperties.Has == nil && s.AdditionalProperties.Schema == nil {
		closed := false
		s.AdditionalProperties.Has = &closed
	}
	closeSchema(s.Items)
	closeSchema(s.AdditionalProperties.Schema)
	for _, p := range s.Properties {
		closeSchema(p)
	}
}
