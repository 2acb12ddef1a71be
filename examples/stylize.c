/* Paints a photograph in the style of a painting: stylize CONTENT STYLE OUTPUT */
#include <nst/nst.h>
#include <stdio.h>

int main(int argc, char** argv) {
  nst_model* model = NULL;
  nst_image content = {0};
  nst_image painting = {0};
  nst_image picture = {0};
  nst_status status;

  if (argc != 4) {
    fprintf(stderr, "usage: stylize CONTENT STYLE OUTPUT\n");
    return NST_ERROR_USAGE;
  }
  status = nst_model_default(&model); /* or nst_model_open("magenta.safetensors", &model) */
  if (status == NST_OK) status = nst_image_read(argv[1], &content);
  if (status == NST_OK) status = nst_image_read(argv[2], &painting);
  if (status == NST_OK) status = nst_paint(model, &content, &painting, NULL, NULL, &picture);
  if (status == NST_OK) status = nst_image_write(argv[3], &picture, 95);
  if (status != NST_OK) fprintf(stderr, "stylize: %s\n", nst_last_error());

  nst_image_free(&picture);
  nst_image_free(&painting);
  nst_image_free(&content);
  nst_model_free(model);
  return (int)status;
}
