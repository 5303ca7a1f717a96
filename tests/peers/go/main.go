// Calls operations of the vendor's Go client. Run with a URL and a token, it first prints the names of the client's operations; then it reads
// one call per line and prints what the client returned.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"

	"github.com/datastax/astra-client-go/v2/astra"
)

const (
	typed  = "WithResponse"
	anyway = "WithBodyWithResponse"
)

// call is one line of the input: an operation and its arguments. Raw sends the body as it is, without the client's type for it.
type call struct {
	Operation string
	Path      []string
	Query     json.RawMessage
	Body      json.RawMessage
	Raw       bool
}

// result is one line of the output: the status and the body, and the value that the client made of the body, in the field of its answer.
type result struct {
	Status int
	Body   string
	Field  string
	Value  any
	Error  string
}

func main() {
	token := os.Args[2]
	authorize := func(_ context.Context, request *http.Request) error {
		request.Header.Set("Authorization", "Bearer "+token)
		return nil
	}
	client, err := astra.NewClientWithResponses(os.Args[1], astra.WithRequestEditorFn(authorize))
	if err != nil {
		panic(err)
	}
	output := json.NewEncoder(os.Stdout)
	check(output.Encode(operations(client)))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var next call
		check(json.Unmarshal(lines.Bytes(), &next))
		seen, err := perform(reflect.ValueOf(client), next)
		if err != nil {
			seen.Error = err.Error()
		}
		check(output.Encode(seen))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func operations(client any) []string {
	names := []string{}
	kind := reflect.TypeOf(client)
	for index := range kind.NumMethod() {
		name, found := strings.CutSuffix(kind.Method(index).Name, typed)
		if found && !strings.HasSuffix(kind.Method(index).Name, anyway) {
			names = append(names, name)
		}
	}
	return names
}

func perform(client reflect.Value, next call) (result, error) {
	suffix := typed
	if next.Raw {
		suffix = anyway
	}
	method := client.MethodByName(next.Operation + suffix)
	if !method.IsValid() {
		return result{}, fmt.Errorf("the client has no %s", next.Operation)
	}
	arguments, err := argumentsOf(method.Type(), next)
	if err != nil {
		return result{}, err
	}
	answers := method.Call(arguments)
	if err, failed := answers[1].Interface().(error); failed {
		return result{}, err
	}
	return resultOf(answers[0].Elem()), nil
}

// argumentsOf makes the arguments of a method: the context, the parts of the path, the query, the body; the last are the editors of requests.
func argumentsOf(method reflect.Type, next call) ([]reflect.Value, error) {
	arguments := []reflect.Value{reflect.ValueOf(context.Background())}
	path := next.Path
	for index := 1; index < method.NumIn()-1; index++ {
		kind := method.In(index)
		value := reflect.New(kind).Elem()
		switch {
		case len(path) > 0:
			value.SetString(path[0])
			path = path[1:]
		case kind.Kind() == reflect.Pointer:
			value.Set(reflect.New(kind.Elem()))
			if err := decode(next.Query, value.Interface()); err != nil {
				return nil, err
			}
		case kind.Kind() == reflect.String:
			value.SetString("application/json")
		case next.Raw:
			value.Set(reflect.ValueOf(bytes.NewReader(next.Body)))
		default:
			if err := decode(next.Body, value.Addr().Interface()); err != nil {
				return nil, err
			}
		}
		arguments = append(arguments, value)
	}
	if len(path) > 0 {
		return nil, fmt.Errorf("%s has fewer parts in its path", next.Operation)
	}
	return arguments, nil
}

// decode fills a value, and refuses fields that the client does not know.
func decode(text json.RawMessage, value any) error {
	if len(text) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(value)
}

func resultOf(answer reflect.Value) result {
	seen := result{
		Status: answer.FieldByName("HTTPResponse").Interface().(*http.Response).StatusCode,
		Body:   string(answer.FieldByName("Body").Bytes()),
	}
	for index := range answer.NumField() {
		field := answer.Type().Field(index).Name
		if strings.HasPrefix(field, "JSON") && !answer.Field(index).IsNil() {
			seen.Field, seen.Value = field, answer.Field(index).Interface()
		}
	}
	return seen
}
