// octet.wasm as a part of the program octet; see Sources/CWebModule.
  .section .rodata, "a"
  .globl octet_web_module_start
  .globl octet_web_module_end
  .balign 16
octet_web_module_start:
  .incbin WEB_MODULE
octet_web_module_end:
  .byte 0
  .section .note.GNU-stack, "", %progbits
