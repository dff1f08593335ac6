package modules_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"homehub/docs"
	"homehub/platform/httpx/httpxtest"
	"homehub/platform/identity"
)

// route is an operation of the contract that acts on a household.
type route struct {
	method, path string
	right        identity.Right
	op           *openapi3.Operation
	params       openapi3.Parameters
}

func (r route) name() string { return r.op.OperationID }

// householdRoutes reads them from the contract, so that a route that is added to it is tested
// without anybody thinking of it.
func householdRoutes(t *testing.T) []route {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(docs.OpenAPI)
	require.NoError(t, err)
	var found []route
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			named, _ := op.Extensions["x-right"].(string)
			r := route{method, path, identity.Right(named), op, append(slices.Clone(item.Parameters), op.Parameters...)}
			if named == "" || r.right == identity.Person || r.right == identity.Admin {
				continue
			}
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b route) int { return strings.Compare(a.name(), b.name()) })
	require.NotEmpty(t, found)

	return found
}

// TestEveryHouseholdRouteTakesAHousehold: what a route acts on can be named in its path, its
// query or its body, or it could not be kept apart.
func TestEveryHouseholdRouteTakesAHousehold(t *testing.T) {
	t.Parallel()
	for _, r := range householdRoutes(t) {
		require.NotEmpty(t, r.householdIn(), "%s has no household_id", r.name())
	}
}

// householdIn says where a route takes its household: path, query or body.
func (r route) householdIn() string {
	for _, p := range r.params {
		if p.Value.Name == "household_id" {
			return p.Value.In
		}
	}
	if schema := r.bodySchema(); schema != nil && schema.Properties["household_id"] != nil {
		return "body"
	}

	return ""
}

func (r route) bodySchema() *openapi3.Schema {
	if media := r.media(); media != nil && media.Schema != nil {
		return media.Schema.Value
	}

	return nil
}

func (r route) media() *openapi3.MediaType {
	if r.op.RequestBody == nil {
		return nil
	}

	return r.op.RequestBody.Value.Content.Get("application/json")
}

// isStream reports whether the answer does not end.
func (r route) isStream() bool {
	ok := r.op.Responses.Status(http.StatusOK)

	return ok != nil && ok.Value.Content["text/event-stream"] != nil
}

// objects are the path parameters other than the household, by their names.
func (r route) objects() []string {
	var names []string
	for _, p := range r.params {
		if p.Value.In == "path" && p.Value.Name != "household_id" {
			names = append(names, p.Value.Name)
		}
	}

	return names
}

// call asks for the route with the contract's own example as its body.
func (r route) call(t *testing.T, c *httpxtest.Client, householdID string, objects map[string]string) *http.Response {
	t.Helper()
	path, query := r.path, url.Values{}
	for _, name := range r.objects() {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(objects[name]))
	}
	var body any
	if media := r.media(); media != nil {
		example, ok := media.Example.(map[string]any)
		require.True(t, ok, "the contract has no example of the body of %s", r.name())
		example = maps.Clone(example)
		if r.householdIn() == "body" {
			example["household_id"] = householdID
		}
		body = example
	}
	switch r.householdIn() {
	case "path":
		path = strings.ReplaceAll(path, "{household_id}", url.PathEscape(householdID))
	case "query":
		query.Set("household_id", householdID)
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	res, err := http.DefaultClient.Do(c.For(t).Request(r.method, path, body))
	require.NoError(t, err)

	return res
}

// outcome is an answer as far as two of them can be compared.
type outcome struct {
	status int
	code   string
	body   string // without the request's own id
}

func (r route) ask(t *testing.T, c *httpxtest.Client, householdID string, objects map[string]string) outcome {
	t.Helper()
	res := r.call(t, c, householdID, objects)
	defer func() { require.NoError(t, res.Body.Close()) }()
	if r.isStream() && res.StatusCode == http.StatusOK {
		return outcome{status: res.StatusCode}
	}
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	o := outcome{status: res.StatusCode, body: strings.ReplaceAll(string(raw), res.Header.Get("X-Request-ID"), "")}
	var problem struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(raw, &problem) == nil {
		o.code = problem.Code
	}

	return o
}

// house is a household with somebody of each role, and one of each thing that has an id.
type house struct {
	owner   *person
	byRole  map[identity.Role]*httpxtest.Client
	id      string
	objects map[string]string // by the name of its route's path: what stands before /{...}
}

// buildHouse makes one through the API. mark is in every name of it.
func (h *hub) buildHouse(t *testing.T, mark string) *house {
	t.Helper()
	owner := h.register("owner-" + mark)
	b := &house{owner: owner, id: owner.Household.ID, objects: map[string]string{}, byRole: map[identity.Role]*httpxtest.Client{
		identity.RoleOwner: owner.Client,
	}}
	base := "/api/v1/households/" + b.id
	owner.Patch(base, map[string]any{"name": "ház-" + mark}).Expect(http.StatusOK)

	for _, role := range []identity.Role{identity.RoleAdult, identity.RoleChild, identity.RoleGuest} {
		member := h.join(t, owner, role, string(role)+"-"+mark)
		b.byRole[role] = member.Client
		b.objects["members"] = member.User.ID
	}
	var invitation struct {
		ID string `json:"id"`
	}
	owner.Post(base+"/invitations", map[string]any{"role": "adult"}).Expect(http.StatusCreated).JSON(&invitation)
	b.objects["invitations"] = invitation.ID

	b.objects["devices"], b.byRole[identity.RoleDevice] = h.pair(t, owner, "tablet-"+mark)
	b.objects["timers"] = h.keep(t, owner, "indíts egy ötven perces időzítőt", "timers")
	b.objects["plans"] = h.keep(t, owner, "kapcsold le a villanyt a konyhában két óra múlva", "plans")

	return b
}

// keep says what makes a timer or plan, and returns its id.
func (h *hub) keep(t *testing.T, owner *person, text, kind string) string {
	t.Helper()
	eventually(t, func() (bool, string) {
		answer := owner.say(t, text)

		return answer.Status == "done" || answer.Status == "scheduled", answer.Speech
	})
	var list struct {
		Items []struct {
			ID string `json:"id"`
		} `json:"items"`
	}
	owner.Get("/api/v1/" + kind).Expect(http.StatusOK).JSON(&list)
	require.Len(t, list.Items, 1)

	return list.Items[0].ID
}

// join brings somebody new into the owner's household.
func (h *hub) join(t *testing.T, owner *person, role identity.Role, name string) *person {
	t.Helper()
	var invitation struct {
		Token string `json:"token"`
	}
	owner.Post("/api/v1/households/"+owner.Household.ID+"/invitations", map[string]any{"role": role}).
		Expect(http.StatusCreated).JSON(&invitation)
	var p person
	h.Post("/api/v1/auth/register", map[string]any{
		"email": name + "@example.org", "password": testPassword, "name": name, "invitation": invitation.Token,
	}).Expect(http.StatusCreated).JSON(&p)
	p.Client = h.As(p.AccessToken)

	return &p
}

// pair makes a device and returns its id and itself.
func (h *hub) pair(t *testing.T, owner *person, name string) (string, *httpxtest.Client) {
	t.Helper()
	var codes struct {
		DeviceCode string `json:"device_code"`
		UserCode   string `json:"user_code"`
	}
	h.form(t, "/oauth/device_authorization", url.Values{"client_id": {"homehub-device"}}).Expect(http.StatusOK).JSON(&codes)
	var device struct {
		ID string `json:"id"`
	}
	owner.Post("/api/v1/devices/approve", map[string]any{"user_code": codes.UserCode, "name": name}).
		Expect(http.StatusOK).JSON(&device)
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	h.form(t, "/oauth/token", url.Values{
		"client_id": {"homehub-device"}, "device_code": {codes.DeviceCode},
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
	}).Expect(http.StatusOK).JSON(&tokens)

	return device.ID, h.As(tokens.AccessToken)
}

// form posts a form, as OAuth's clients do.
func (h *hub) form(t *testing.T, path string, values url.Values) *httpxtest.Response {
	t.Helper()
	c := h.For(t)
	req := c.Request(http.MethodPost, path, values.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	return c.Do(req)
}

// objectsOf names the things a route's path takes, each from the house, or else one id for all.
func (r route) objectsOf(t *testing.T, b *house, otherwise string) map[string]string {
	t.Helper()
	ids := map[string]string{}
	before, _, _ := strings.Cut(strings.ReplaceAll(r.path, "/{household_id}", ""), "/{")
	kind := before[strings.LastIndex(before, "/")+1:]
	for _, name := range r.objects() {
		ids[name] = otherwise
		if b != nil {
			id, ok := b.objects[kind]
			require.True(t, ok, "%s: a house has no %s to try; add one to buildHouse", r.name(), kind)
			ids[name] = id
		}
	}

	return ids
}

const malformedID = "nem-azonosító"

// TestNoHouseholdReachesIntoAnother asks for every household route as every role, with the
// neighbour's id, with one that nobody has, and with one that is none.
func TestNoHouseholdReachesIntoAnother(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	home, neighbour := h.buildHouse(t, "itthon"), h.buildHouse(t, "szomszéd")
	neighbour.owner.Post("/api/v1/intent", map[string]any{"text": "a szomszéd titkos mondata"}).Expect(http.StatusOK)
	before := neighbour.snapshot(t)

	for _, r := range householdRoutes(t) {
		malformedAs := map[int]bool{}
		for role, caller := range home.byRole {
			own := r.objectsOf(t, nil, identity.NewID())
			unknown := r.ask(t, caller, identity.NewID(), own)
			require.Equal(t, http.StatusNotFound, unknown.status, "%s as %s: %s", r.name(), role, unknown.body)
			require.Equal(t, "auth.household_not_found", unknown.code, "%s as %s", r.name(), role)

			for what, objects := range map[string]map[string]string{
				"unknown": own, "theirs": r.objectsOf(t, neighbour, ""),
			} {
				foreign := r.ask(t, caller, neighbour.id, objects)
				require.Equal(t, unknown, foreign, "%s as %s, %s objects", r.name(), role, what)
			}

			malformed := r.ask(t, caller, malformedID, own)
			require.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, malformed.status, "%s as %s: %s", r.name(), role, malformed.body)
			malformedAs[malformed.status] = true
		}
		t.Logf("ISOLATION %s | %d | the same %d | %v", r.name(), len(home.byRole), http.StatusNotFound, slices.Sorted(maps.Keys(malformedAs)))
	}
	require.Equal(t, before, neighbour.snapshot(t), "the neighbour noticed something")
	requireNoWord(t, h, "titkos", "@example.org", "szomszéd")
}

// TestAForeignObjectIsTheSameAsNone asks within one's own household for the neighbour's things.
func TestAForeignObjectIsTheSameAsNone(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	home, neighbour := h.buildHouse(t, "itthon"), h.buildHouse(t, "szomszéd")
	before := neighbour.snapshot(t)
	for _, r := range householdRoutes(t) {
		if len(r.objects()) == 0 {
			continue
		}
		unknown := r.ask(t, home.owner.Client, home.id, r.objectsOf(t, nil, identity.NewID()))
		require.Equal(t, http.StatusNotFound, unknown.status, "%s: %s", r.name(), unknown.body)
		foreign := r.ask(t, home.owner.Client, home.id, r.objectsOf(t, neighbour, ""))
		require.Equal(t, unknown, foreign, r.name())
		malformed := r.ask(t, home.owner.Client, home.id, r.objectsOf(t, nil, malformedID))
		require.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, malformed.status, "%s: %s", r.name(), malformed.body)
		t.Logf("ISOLATION %s, a thing of the neighbour's in one's own household | 1 | the same %d | [%d]", r.name(), foreign.status, malformed.status)
	}
	require.Equal(t, before, neighbour.snapshot(t), "the neighbour noticed something")
}

// snapshot is all that a house shows its owner.
func (b *house) snapshot(t *testing.T) map[string]string {
	t.Helper()
	seen := map[string]string{}
	for _, path := range []string{
		"/api/v1/households/" + b.id, "/api/v1/households/" + b.id + "/members", "/api/v1/households/" + b.id + "/invitations",
		"/api/v1/devices", "/api/v1/intents", "/api/v1/audit", "/api/v1/plans",
	} {
		seen[path] = string(b.owner.For(t).Get(path).Expect(http.StatusOK).Body)
	}

	return seen
}

// requireNoWord looks for what people said and are called in what machines read.
func requireNoWord(t *testing.T, h *hub, words ...string) {
	t.Helper()
	metrics := string(h.For(t).Get("/metrics").Body)
	for _, word := range words {
		require.NotContains(t, metrics, word, "in /metrics")
		require.NotContains(t, h.log.String(), word, "in the log")
	}
}

// rightsTable is what docs promise, written down a second time on purpose.
const rightsTable = `
right           owner adult child guest device
member          yes   yes   yes   yes   yes
everyday        yes   yes   yes   yes   yes
plan            yes   yes   yes   yes   yes
history         yes   yes   yes   yes   yes
pair_devices    yes   yes   no    no    no
manage          yes   no    no    no    no
end_membership  yes   own   own   own   no
`

// promised reads the table.
func promised(t *testing.T) map[identity.Right]map[identity.Role]string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(rightsTable), "\n")
	roles := strings.Fields(lines[0])[1:]
	table := map[identity.Right]map[identity.Role]string{}
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		row := map[identity.Role]string{}
		for i, role := range roles {
			row[identity.Role(role)] = cells[i+1]
		}
		table[identity.Right(cells[0])] = row
	}

	return table
}

// TestTheTableOfRights asks for every household route as every role in one's own household.
func TestTheTableOfRights(t *testing.T) {
	t.Parallel()
	h := startHub(t)
	table := promised(t)
	shared := h.buildHouse(t, "közös")
	for i, r := range householdRoutes(t) {
		row, ok := table[r.right]
		require.True(t, ok, "%s needs a right that the table does not have: %s", r.name(), r.right)
		b := shared
		if r.method != http.MethodGet { // whoever may, changes something
			b = h.buildHouse(t, fmt.Sprintf("ház%d", i))
		}
		roles := []identity.Role{ // the owner last, because that may be the end of the house
			identity.RoleDevice, identity.RoleGuest, identity.RoleChild, identity.RoleAdult, identity.RoleOwner,
		}
		cells := []string{r.name(), string(r.right)}
		for _, role := range roles {
			cells = append(cells, strconv.Itoa(r.requireRight(t, b, role, row[role])))
		}
		t.Log("RIGHTS", strings.Join(cells, " | "))
	}
}

// requireRight returns the status that the role got.
func (r route) requireRight(t *testing.T, b *house, role identity.Role, may string) int {
	t.Helper()
	got := r.ask(t, b.byRole[role], b.id, r.objectsOf(t, b, ""))
	switch {
	case may == "yes", may == "own" && got.status != http.StatusForbidden:
		require.NotContains(t, []int{http.StatusUnauthorized, http.StatusForbidden}, got.status, "%s as %s: %s", r.name(), role, got.body)
		require.NotEqual(t, "auth.household_not_found", got.code, "%s as %s", r.name(), role)
		require.Less(t, got.status, http.StatusInternalServerError, "%s as %s: %s", r.name(), role, got.body)
	default:
		require.Equal(t, http.StatusForbidden, got.status, "%s as %s: %s", r.name(), role, got.body)
		require.Equal(t, "auth.not_allowed", got.code, "%s as %s", r.name(), role)
	}

	return got.status
}
