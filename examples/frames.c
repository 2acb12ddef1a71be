/* Paints the frames of a BGRA stream, such as a camera's or a video's, in one style:
 * frames WIDTH HEIGHT STYLE <frames >painted. Reads frames of WIDTH x HEIGHT x 4 bytes from
 * standard input and writes the painted frames to standard output. */
#include <nst/nst.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
  nst_model* model = NULL;
  nst_painter* painter = NULL;
  nst_image painting = {0};
  nst_image frame = {0};
  nst_style* style = NULL;
  nst_status status;
  size_t bytes;

  if (argc != 4) {
    fprintf(stderr, "usage: frames WIDTH HEIGHT STYLE\n");
    return NST_ERROR_USAGE;
  }
  frame.width = atoi(argv[1]);
  frame.height = atoi(argv[2]);
  frame.channels = 4;
  frame.type = NST_U8;
  frame.format = NST_BGR;
  if (frame.width < 5 || frame.height < 5) return NST_ERROR_USAGE;
  bytes = (size_t)frame.width * (size_t)frame.height * 4;
  frame.data = malloc(bytes);

  status = nst_model_default(&model);
  if (status == NST_OK) status = nst_painter_create(model, NULL, &painter);
  if (status == NST_OK) status = nst_image_read(argv[3], &painting);
  if (status == NST_OK) status = nst_painter_encode(painter, &painting, NULL, &style);
  while (status == NST_OK && frame.data != NULL && fread(frame.data, 1, bytes, stdin) == bytes) {
    status = nst_painter_set_content(painter, &frame, NULL);
    if (status == NST_OK) status = nst_painter_paint_into(painter, style, NULL, &frame);
    if (status == NST_OK && fwrite(frame.data, 1, bytes, stdout) != bytes) break;
  }
  if (status != NST_OK) fprintf(stderr, "frames: %s\n", nst_last_error());

  free(frame.data);
  nst_style_free(style);
  nst_image_free(&painting);
  nst_painter_free(painter);
  nst_model_free(model);
  return (int)status;
}
