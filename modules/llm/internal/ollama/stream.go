package ollama

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/ollama/ollama/api"
)

// maxError bounds what is read of an error's body, in bytes.
const maxError = 4096

// maxStream bounds a whole stream: what it carries beside the text is much longer than the text.
const maxStream = 256 * maxAnswer

// chat posts a chat and hands over the parts of the answer as they come. It takes the place of
// api.Client.Chat, which allocates 8 MB a call and takes a connection that breaks off for the
// end (docs/decisions/0100-one-call-to-ollama.md).
func (c *Client) chat(ctx context.Context, call *api.ChatRequest, each func(*api.ChatResponse) error) error {
	body, err := json.Marshal(call)
	if err != nil {
		return fmt.Errorf("encode the call: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base.JoinPath("/api/chat").String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/x-ndjson")
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return statusOf(response)
	}

	parts := json.NewDecoder(io.LimitReader(response.Body, maxStream))
	for {
		var part struct {
			api.ChatResponse

			Error string `json:"error"`
		}
		switch err := parts.Decode(&part); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return errors.New("the answer broke off")
		case err != nil:
			return fmt.Errorf("read the answer: %w", err)
		case part.Error != "":
			return errors.New(part.Error)
		}
		if err := each(&part.ChatResponse); err != nil {
			return err
		}
		if part.Done {
			_, _ = io.CopyN(io.Discard, response.Body, maxError) // read to its end, a connection can be used again

			return nil
		}
	}
}

// statusOf makes an error of an answer that is none.
func statusOf(response *http.Response) error {
	failed := api.StatusError{StatusCode: response.StatusCode, Status: response.Status}
	body, _ := io.ReadAll(io.LimitReader(response.Body, maxError)) // what is lost of it is only words
	if json.Unmarshal(body, &failed) != nil {
		failed.ErrorMessage = string(body)
	}

	return failed
}
