# QEMU's riscv32 machine virt.
board_about='RISC-V RV32IMAC, QEMU virt'
board_core=riscv
board_triple=riscv32-none-none-eabi
board_flags=(-march=rv32imac -mabi=ilp32)
board_layout=wide
board_qemu=(qemu-system-riscv32 -machine virt -bios none)
board_flash_bytes=$((4 * 1024 * 1024))
board_ram_bytes=$((4 * 1024 * 1024))
# What stands for flash is memory, so a test may damage the model in place.
board_writable_flash=yes
board_stack_bytes=8192
