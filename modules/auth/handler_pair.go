package auth

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
	"homehub/platform/httpx"
	"homehub/platform/identity"
)

//go:embed pages/pair.html
var pairHTML string

//go:embed pages/pair.css
var pairCSS string

// pairView is what the page shows. Without Page it is the login.
type pairView struct {
	Style template.CSS

	Page, UserCode, Email, DeviceName, Name, Area string
	HouseholdID, HouseholdName                    string
	Households                                    []householdDTO
	Areas                                         []string

	Problem string // concerns no field
	Wrongs  []wrongField
	Done    string
	IsOver  bool // nothing can be done here but to begin anew
}

// wrongField is a field of the form with what is wrong with it.
type wrongField struct{ Field, Text string }

// Wrong finds a field's; nil where it is fine. The template asks.
func (v pairView) Wrong(field string) *wrongField {
	for i := range v.Wrongs {
		if v.Wrongs[i].Field == field {
			return &v.Wrongs[i]
		}
	}

	return nil
}

// pairPages writes the page and guards its forms.
type pairPages struct {
	template *template.Template
	policy   string // Content-Security-Policy
	origins  *http.CrossOriginProtection
}

func newPairPages(publicURL string) (*pairPages, error) {
	t, err := template.New("pair").Parse(pairHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the page /pair: %w", err)
	}
	style := sha256.Sum256([]byte(pairCSS))
	p := &pairPages{template: t, origins: http.NewCrossOriginProtection()}
	p.policy = "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(style[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	if publicURL == "" {
		return p, nil
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		return nil, fmt.Errorf("server.public_url: %w", err)
	}

	return p, p.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host)
}

// write answers with the page.
func (p *pairPages) write(c echo.Context, status int, view pairView) error {
	view.Style = template.CSS(pairCSS) //nolint:gosec // a file of ours, whose hash the policy names
	var page bytes.Buffer
	if err := p.template.Execute(&page, view); err != nil {
		return fmt.Errorf("write the page /pair: %w", err)
	}
	h := c.Response().Header()
	h.Set(echo.HeaderContentSecurityPolicy, p.policy)
	// With no-referrer, browsers would not say either that a form comes from this page.
	h.Set(echo.HeaderReferrerPolicy, "same-origin")

	return c.HTMLBlob(status, page.Bytes())
}

func (m *Module) pairRoutes(public *echo.Group) {
	public.GET("/pair", m.showPair)
	public.GET("/pair/login", beginPair)
	public.POST("/pair/login", m.loginToPair)
	public.GET("/pair/device", beginPair)
	public.POST("/pair/device", m.decideInPair)
}

// beginPair is for browsers that open again where a form led to: what was typed is gone by then.
func beginPair(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/pair") }

func (m *Module) showPair(c echo.Context) error {
	return m.pages.write(c, http.StatusOK, pairView{UserCode: c.QueryParam("user_code")})
}

func (m *Module) loginToPair(c echo.Context) error {
	if err := m.pages.origins.Check(c.Request()); err != nil {
		return errCrossOrigin.Wrap(err)
	}
	ctx, form := c.Request().Context(), httpx.Form(c)
	view := pairView{UserCode: strings.TrimSpace(form.Get("user_code")), Email: form.Get("email")}
	for _, field := range []string{"user_code", "email", "password"} {
		if form.Get(field) == "" {
			view.Wrongs = append(view.Wrongs, wrongField{field, sayMissing(field)})
		}
	}
	if len(view.Wrongs) > 0 {
		return m.pages.write(c, http.StatusUnprocessableEntity, view)
	}
	page, err := m.svc.openPage(ctx, view.Email, form.Get("password"), clientOf(c))
	if err != nil {
		return m.failPair(c, view, err)
	}
	err = m.svc.meetDevice(ctx, page, view.UserCode)
	view.show(page)
	if err != nil {
		return m.failPair(c, view, err)
	}
	view.Name = view.DeviceName

	return m.pages.write(c, http.StatusOK, view)
}

// decideInPair approves or denies for the person who is signed in to the page, whose session ends
// with it. What was wrong can be put right on the page that comes back.
func (m *Module) decideInPair(c echo.Context) error {
	if err := m.pages.origins.Check(c.Request()); err != nil {
		return errCrossOrigin.Wrap(err)
	}
	ctx, form := c.Request().Context(), httpx.Form(c)
	view := pairView{UserCode: strings.TrimSpace(form.Get("user_code")), Name: form.Get("name"), Area: form.Get("area")}
	page, err := m.svc.reopenPage(ctx, form.Get("page"), form.Get("household_id"))
	if err != nil {
		return m.failPair(c, view, err)
	}
	view.show(page)
	ctx = identity.With(ctx, page.Caller)
	switch form.Get("action") {
	case "approve":
		_, err = m.svc.approveDevice(ctx, page.Caller, approval{UserCode: view.UserCode, Name: view.Name, Area: view.Area})
		view.Done = "A készülék mostantól a háztartáshoz tartozik. Ez a lap bezárható."
	case "deny":
		err = m.svc.denyDevice(ctx, page.Caller, view.UserCode)
		view.Done = "A készülék nem kapott hozzáférést. Ez a lap bezárható."
	default:
		return m.pages.write(c, http.StatusOK, view)
	}
	if err == nil {
		err = m.svc.closePage(ctx, page.Caller)
	}
	if err != nil {
		view.Done = ""
		return m.failPair(c, view, err)
	}

	return m.pages.write(c, http.StatusOK, view)
}

// show lays a signed-in page under what the person has typed.
func (v *pairView) show(p *pairPage) {
	v.Page, v.Areas, v.HouseholdID = p.Sealed, p.Areas, p.Caller.HouseholdID
	v.DeviceName = p.deviceName(v.UserCode)
	for _, household := range p.Households {
		v.Households = append(v.Households, toHouseholdDTO(household))
		if household.HouseholdID == v.HouseholdID {
			v.HouseholdName = household.Name
		}
	}
}

// failPair shows the page again with what was wrong, next to its field.
func (m *Module) failPair(c echo.Context, view pairView, err error) error {
	e, ok := errors.AsType[*apperr.Error](err)
	if !ok {
		return err
	}
	for _, f := range e.Fields {
		view.Wrongs = append(view.Wrongs, wrongField{f.Name, sayWrong(f.Name)})
	}
	said, isKnown := pairProblem(e)
	switch {
	case len(view.Wrongs) > 0:
	case !isKnown:
		return err
	case said.Field != "":
		view.Wrongs = []wrongField{said}
	default:
		view.Problem = said.Text
		view.IsOver = errors.Is(err, errPageOver) || errors.Is(err, errMayNotPair)
	}
	if e.RetryAfter > 0 {
		c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(e.RetryAfter.Seconds())+1))
	}
	status := http.StatusUnprocessableEntity
	if s := map[apperr.Kind]int{
		apperr.Forbidden: http.StatusForbidden, apperr.NotFound: http.StatusNotFound,
		apperr.Conflict: http.StatusConflict, apperr.RateLimited: http.StatusTooManyRequests,
	}[e.Kind]; s != 0 {
		status = s
	}

	return m.pages.write(c, status, view)
}

// failAsPage answers what never reached the page's own handlers.
func (m *Module) failAsPage(c echo.Context, f httpx.Failure) error {
	problem := "A kérést most nem lehet teljesíteni. Próbálja újra egy kicsit később."
	switch {
	case f.Status == http.StatusTooManyRequests:
		problem = "Túl sok próbálkozás. Várjon egy kicsit, és kezdje elölről."
	case f.Code == errCrossOrigin.Code:
		problem = "Az űrlap egy másik oldalról érkezett, ezért nem fogadjuk el."
	case f.Status == http.StatusNotFound:
		problem = "Ezen a címen nincs semmi. Kezdje elölről."
	case f.Status < http.StatusInternalServerError:
		problem = "A kérés hibás. Kezdje elölről."
	}

	return m.pages.write(c, f.Status, pairView{Problem: problem, IsOver: true})
}

func sayMissing(field string) string {
	switch field {
	case "user_code":
		return "Írja be a készüléken látható kódot."
	case "email":
		return "Írja be az e-mail-címét."
	default:
		return "Írja be a jelszavát."
	}
}

func sayWrong(field string) string {
	if field == "name" {
		return "Adjon a készüléknek egy legfeljebb 100 betűs nevet."
	}

	return "Ez így nem jó."
}

// pairProblem is Hungarian for a refusal, with the field that it is about.
func pairProblem(e *apperr.Error) (wrongField, bool) {
	said, ok := map[string]wrongField{
		errInvalidCredentials.Code: {"password", "Az e-mail-cím vagy a jelszó nem jó."},
		errTooManyFailures.Code:    {"", "Túl sok sikertelen bejelentkezés. Próbálja újra később."},
		errPasswordsBusy.Code:      {"", "Most túl sokan jelentkeznek be. Próbálja újra egy perc múlva."},
		errUserDisabled.Code:       {"", "Ez a belépés le van tiltva. Forduljon az üzemeltetőhöz."},
		errHouseholdDisabled.Code:  {"", "Ez a háztartás le van tiltva. Forduljon az üzemeltetőhöz."},
		errHouseholdNotFound.Code:  {"", "Ön nem tagja ennek a háztartásnak."},
		errMayNotPair.Code:         {"", "Készüléket csak a háztartás felnőtt tagja engedhet be."},
		errPageOver.Code:           {"", "A lap túl sokáig volt nyitva. Jelentkezzen be újra."},
		errUserCodeNotFound.Code:   {"user_code", "Nem vár készülék ezzel a kóddal. Ellenőrizze a kódot; lehet, hogy lejárt."},
		errUserCodeUsed.Code:       {"user_code", "Erről a készülékről már döntött valaki."},
		errTooManyUserCodes.Code:   {"user_code", "Túl sok kód. Próbálja újra később."},
		errQuotaReached.Code:       {"", "A háztartásban nincs hely több készüléknek."},
	}[e.Code]

	return said, ok
}
