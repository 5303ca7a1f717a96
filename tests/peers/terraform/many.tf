terraform {
  required_providers {
    astra = {
      source = "datastax/astra"
    }
  }
}
variable "many" {
  default = 1
}
variable "members" {
  default = 1
}
variable "region" {
  default = "us-east-2"
}
variable "role" {
  default = ""
}
resource "astra_database" "many" {
  count               = var.many
  name                = "same"
  keyspace            = "shop"
  cloud_provider      = "aws"
  regions             = [var.region]
  deletion_protection = false
}
resource "astra_keyspace" "many" {
  count       = var.many
  database_id = astra_database.many[0].id
  name        = "keyspace_${count.index}"
}
resource "astra_role" "many" {
  count       = var.many
  role_name   = var.role == "" ? "role-${count.index}" : var.role
  description = "home"
  effect      = "allow"
  resources   = ["drn:astra:org:*"]
  policy      = ["org-db-view"]
}
resource "astra_token" "many" {
  count = var.many
  roles = [astra_role.many[count.index].id]
}
resource "astra_pcu_group" "many" {
  count               = var.many
  title               = "same"
  cloud_provider      = "AWS"
  region              = var.region
  min_capacity        = 1
  max_capacity        = 2
  deletion_protection = false
}
resource "astra_pcu_group_association" "member" {
  count         = var.members
  pcu_group_id  = astra_pcu_group.many[0].id
  datacenter_id = "${astra_database.many[0].id}-1"
  depends_on    = [astra_keyspace.many]
}
