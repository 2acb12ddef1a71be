# Turns the headers' plain comments into documentation comments for doxygen. A comment documents the
# declaration below it or before it on the same line. Characters that doxygen would take for
# commands are escaped.
function escaped(text) {
  gsub(/[\\@#<>%&]/, "\\\\&", text)
  return text
}

# A file's first comment documents the file. A heading documents nothing.
NR == 1 && /^\/\// { print "/// \\file"; print "///" escaped(substr($0, 3)); next }
NR == 1 && /^\/\*/ && !/\*\// { print "/** \\file"; print escaped(substr($0, 3)); in_block = 1; next }
NR == 1 && /^\/\*/ { print "/** \\file\n" escaped(substr($0, 3, length($0) - 4)) "*/"; next }
/^\/\* ----/ { print; next }

# Lines within a comment of C.
in_block {
  end = index($0, "*/")
  if (end) {
    print escaped(substr($0, 1, end - 1)) substr($0, end)
    in_block = 0
  } else {
    print escaped($0)
  }
  next
}

/\/\*/ {
  start = index($0, "/*")
  code = substr($0, 1, start - 1)
  rest = substr($0, start + 2)
  mark = code ~ /[^ ]/ ? "/**<" : "/**"
  end = index(rest, "*/")
  if (end) {
    print code mark escaped(substr(rest, 1, end - 1)) substr(rest, end)
  } else {
    print code mark escaped(rest)
    in_block = 1
  }
  next
}

/\/\// {
  start = index($0, "//")
  code = substr($0, 1, start - 1)
  print code (code ~ /[^ ]/ ? "///<" : "///") escaped(substr($0, start + 2))
  next
}

{ print }
