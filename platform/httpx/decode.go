package httpx

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"homehub/platform/apperr"
)

const (
	defaultPageSize = 50
	maxPageSize     = 200

	householdIDName = "household_id"
)

// Decode reads the JSON body into a DTO. The body was validated against docs/openapi.yaml
// before; without one the DTO is zero.
func Decode[T any](c echo.Context) (T, error) {
	var dto T
	body := exchangeOf(c).body
	if len(body) == 0 {
		return dto, nil
	}
	if err := json.Unmarshal(body, &dto); err != nil {
		return dto, invalidBody("does not have the expected form").Wrap(err)
	}

	return dto, nil
}

// Page is the part of a list that a client asks for.
type Page struct {
	Limit  int
	Cursor string // empty: from the beginning
}

// PageOf reads limit and cursor of the query.
func PageOf(c echo.Context) (Page, error) {
	page := Page{Limit: defaultPageSize, Cursor: c.QueryParam("cursor")}
	if text := c.QueryParam("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPageSize {
			return Page{}, ErrInvalid.WithFields(apperr.Field{Name: "limit", Message: "must be 1 to 200"})
		}
		page.Limit = n
	}

	return page, nil
}

// List is one page of a list, newest first.
type List[T any] struct {
	Items      []T     `json:"items"`
	NextCursor *string `json:"next_cursor"`
}

// NewList makes a page; an empty next means that it is the last one.
func NewList[T any](items []T, next string) List[T] {
	list := List[T]{Items: items}
	if items == nil {
		list.Items = []T{} // never null
	}
	if next != "" {
		list.NextCursor = &next
	}

	return list
}

// PeekHouseholdID returns the household that a request names in its path, its query or its JSON
// body; empty when it names none. It judges nothing: that comes later.
func PeekHouseholdID(c echo.Context) string {
	if id := c.Param(householdIDName); id != "" {
		return id
	}
	if c.Request().URL.RawQuery != "" {
		if id := c.QueryParam(householdIDName); id != "" {
			return id
		}
	}

	return householdIDInBody(c)
}

func householdIDInBody(c echo.Context) string {
	body := exchangeOf(c).body
	// Most bodies name none. A backslash may hide the name behind an escape.
	if !bytes.Contains(body, []byte(householdIDName)) && !bytes.ContainsRune(body, '\\') {
		return ""
	}
	var named struct {
		HouseholdID string `json:"household_id"`
	}
	if err := json.Unmarshal(body, &named); err != nil {
		return "" // validation says what is wrong with it
	}

	return named.HouseholdID
}

// namesOneHousehold reports whether a request names the same household wherever it names one.
// Else it would act on one of them, and its sender may have meant another.
func namesOneHousehold(c echo.Context) bool {
	if c.Param(householdIDName) == "" && c.Request().URL.RawQuery == "" {
		return true // at most the body names one
	}
	first := PeekHouseholdID(c)
	isAnother := func(id string) bool { return id != "" && id != first }

	return !isAnother(householdIDInBody(c)) && !slices.ContainsFunc(c.QueryParams()[householdIDName], isAnother)
}
